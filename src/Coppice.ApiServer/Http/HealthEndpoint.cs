using System.Text;
using Coppice.ApiServer.Errors;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <param name="IsReadiness">Asked only by those who want to know whether to send requests here, not whether to restart the server.</param>
/// <param name="Problem">What is wrong, or null.</param>
public sealed record HealthCheck(string Name, bool IsReadiness, Func<string?> Problem)
{
    /// <summary>What should be known although the server is ready, or null; told to who asks for this check and for details.</summary>
    public Func<string?> Remark { get; init; } = () => null;
}

/// <summary>
/// /healthz, /livez and /readyz, whole or by check, in the words that Kubernetes' have. Anybody may ask for the whole, and is not told
/// why something fails; who may ask for a check is.
/// </summary>
internal sealed class HealthEndpoint(IReadOnlyList<HealthCheck> checks)
{
    private static readonly HealthCheck Ping = new("ping", false, () => null);

    /// <summary>Where the whole is asked for, and each check by itself.</summary>
    public IEnumerable<string> Paths =>
        from whole in (string[])["/healthz", "/livez", "/readyz"]
        from check in (string[])["", .. Of(whole[1..]).Select(c => $"/{c.Name}")]
        select whole + check;

    /// <summary>True if the path was one of these.</summary>
    public async ValueTask<bool> TryHandleAsync(HttpContext http)
    {
        var parts = (http.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["healthz" or "livez" or "readyz", ..])
        {
            return false;
        }

        var (healthy, text) = parts.Length == 1 ? Whole(http.Request.Query, parts[0])
            : Of(parts[0]).FirstOrDefault(check => check.Name == string.Join('/', parts[1..])) is { } one ? Single(http.Request.Query, one)
            : throw ApiErrors.NoSuchPath();
        http.Response.StatusCode = healthy ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        await http.Response.WriteAsync(text, http.RequestAborted);
        return true;
    }

    private (bool Healthy, string Text) Whole(IQueryCollection query, string name)
    {
        var excluded = query["exclude"].OfType<string>().ToHashSet(StringComparer.Ordinal);
        var lines = new StringBuilder();
        var failed = false;
        foreach (var check in Of(name))
        {
            if (excluded.Remove(check.Name))
            {
                lines.Append($"[+]{check.Name} excluded: ok\n");
                continue;
            }

            var fails = check.Problem() is not null;
            failed |= fails;
            lines.Append(fails ? $"[-]{check.Name} failed: reason withheld\n" : $"[+]{check.Name} ok\n");
        }

        if (excluded.Count > 0)
        {
            var unknown = excluded.Order(StringComparer.Ordinal).Select(one => QuotedText.Of(one));
            lines.Append($"warn: some health checks cannot be excluded: no matches for {string.Join(',', unknown)}\n");
        }

        return failed ? (false, $"{lines}{name} check failed\n") : (true, query.ContainsKey("verbose") ? $"{lines}{name} check passed\n" : "ok");
    }

    private static (bool Healthy, string Text) Single(IQueryCollection query, HealthCheck check) =>
        check.Problem() is { } problem ? (false, $"internal server error: {problem}\n")
        : query.ContainsKey("verbose") ? (true, $"[+]{check.Name} ok{(check.Remark() is { } remark ? $" ({remark})" : "")}\n")
        : (true, "ok");

    private IEnumerable<HealthCheck> Of(string name) => checks.Where(check => name == "readyz" || !check.IsReadiness).Prepend(Ping);
}
