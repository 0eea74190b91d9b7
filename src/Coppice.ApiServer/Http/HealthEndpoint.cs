using System.Text;
using Coppice.ApiServer.Errors;
using Coppice.Client.Metrics;
using Coppice.Objects;
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
/// why something fails; who may ask for a check is. Beside them /metrics/slis, which tells monitoring how every check is and how often it was which.
/// </summary>
internal sealed class HealthEndpoint(IReadOnlyList<HealthCheck> checks)
{
    private static readonly string[] Wholes = ["healthz", "livez", "readyz"];
    private static readonly HealthCheck Ping = new("ping", false, () => null);

    private readonly HealthFigures _figures = new();

    /// <summary>Where the whole is asked for, and each check by itself, and the figures.</summary>
    public IEnumerable<string> Paths =>
        (from whole in Wholes
         from check in (string[])["", .. Of(whole).Select(c => $"/{c.Name}")]
         select $"/{whole}{check}").Append(HealthFigures.Path);

    /// <summary>True if the path was one of these.</summary>
    public async ValueTask<bool> TryHandleAsync(HttpContext http)
    {
        if (http.Request.Path.Value == HealthFigures.Path)
        {
            var figures = _figures.Write(from whole in Wholes from check in Of(whole) select (whole, check.Name, check.Problem));
            http.Response.ContentType = MetricsText.ContentType;
            http.Response.ContentLength = figures.Length;
            await http.Response.BodyWriter.WriteAsync(figures, http.RequestAborted);
            return true;
        }

        var parts = (http.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["healthz" or "livez" or "readyz", ..])
        {
            return false;
        }

        var (healthy, text) = parts.Length == 1 ? Whole(http.Request.Query, parts[0])
            : Of(parts[0]).FirstOrDefault(check => check.Name == string.Join('/', parts[1..])) is { } one ? Single(http.Request.Query, parts[0], one)
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

            var fails = Ask(name, check) is not null;
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

    private (bool Healthy, string Text) Single(IQueryCollection query, string whole, HealthCheck check) =>
        Ask(whole, check) is { } problem ? (false, $"internal server error: {problem}\n")
        : query.ContainsKey("verbose") ? (true, $"[+]{check.Name} ok{(check.Remark() is { } remark ? $" ({remark})" : "")}\n")
        : (true, "ok");

    /// <summary>What is wrong, or null; counted.</summary>
    private string? Ask(string whole, HealthCheck check) => _figures.Count(whole, check.Name, check.Problem());

    private IEnumerable<HealthCheck> Of(string name) => checks.Where(check => name == "readyz" || !check.IsReadiness).Prepend(Ping);
}
