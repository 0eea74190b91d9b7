using System.Text;
using Coppice.ApiServer.Errors;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <param name="IsReadiness">Asked only by those who want to know whether to send requests here, not whether to restart the server.</param>
/// <param name="Problem">What is wrong, or null.</param>
public sealed record HealthCheck(string Name, bool IsReadiness, Func<string?> Problem)
{
    /// <summary>What should be known although the server is ready, or null; told to who asks for details.</summary>
    public Func<string?> Remark { get; init; } = () => null;
}

/// <summary>/healthz, /livez and /readyz, whole or by check, in the form that Kubernetes' have.</summary>
internal sealed class HealthEndpoint(IReadOnlyList<HealthCheck> checks)
{
    private static readonly HealthCheck Ping = new("ping", false, () => null);

    /// <summary>Where the whole is asked for, and each check by itself.</summary>
    public IEnumerable<string> Paths =>
        from whole in (string[])["/healthz", "/livez", "/readyz"]
        from check in (string[])["", .. checks.Where(c => whole == "/readyz" || !c.IsReadiness).Prepend(Ping).Select(c => $"/{c.Name}")]
        select whole + check;

    /// <summary>True if the path was one of these.</summary>
    public async ValueTask<bool> TryHandleAsync(HttpContext http)
    {
        var parts = (http.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["healthz" or "livez" or "readyz", ..])
        {
            return false;
        }

        IEnumerable<HealthCheck> asked = [Ping, .. checks.Where(c => parts[0] == "readyz" || !c.IsReadiness)];
        if (parts.Length > 1)
        {
            asked = asked.Where(c => c.Name == parts[1]);
            if (!asked.Any())
            {
                throw ApiErrors.NoSuchPath();
            }
        }

        var excluded = http.Request.Query["exclude"];
        var lines = new StringBuilder();
        var failed = false;
        foreach (var check in asked)
        {
            var problem = excluded.Contains(check.Name) ? null : check.Problem();
            failed |= problem is not null;
            lines.Append(problem is null
                ? $"[+]{check.Name} {(excluded.Contains(check.Name) ? "excluded: ok" : "ok")}{(check.Remark() is { } remark ? $" ({remark})" : "")}\n"
                : $"[-]{check.Name} failed: {problem}\n");
        }

        var verbose = failed || http.Request.Query.ContainsKey("verbose");
        http.Response.StatusCode = failed ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        await http.Response.WriteAsync(verbose ? $"{lines}{parts[0]} check {(failed ? "failed" : "passed")}\n" : "ok", http.RequestAborted);
        return true;
    }
}
