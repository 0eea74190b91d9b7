using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Coppice.Cel.Patterns;
using Coppice.Node.Logs;
using Coppice.Objects;
using Microsoft.AspNetCore.Http;

namespace Coppice.Kubelet;

/// <summary>What somebody wants of the logs of a node: the parameters of the kubelet's NodeLogQuery, by its rules and in its words.</summary>
/// <param name="Services">Names of services.</param>
/// <param name="Files">Paths below /var/log: what has a slash.</param>
public sealed partial record NodeLogQuery(IReadOnlyList<string> Services, IReadOnlyList<string> Files)
{
    private const int TailLinesMax = 100_000;
    private const int ServicesMax = 4;
    private const int ServiceLengthMax = 256;

    public DateTimeOffset? SinceTime { get; private init; }

    public DateTimeOffset? UntilTime { get; private init; }

    /// <summary>So many at the end.</summary>
    public long? TailLines { get; private init; }

    /// <summary>0 is since the machine started, -1 the time before it was started the last time.</summary>
    public long? Boot { get; private init; }

    /// <summary>What lines have; null for any.</summary>
    public string? Pattern { get; private init; }

    public bool HasOptions => (SinceTime, UntilTime, TailLines, Boot, Pattern) is not (null, null, null, null, null);

    /// <returns>Both null if nothing is asked for; else what is, or what can't be read.</returns>
    public static (NodeLogQuery? Query, string? Error) Read(IQueryCollection query)
    {
        var errors = new List<string>();
        var asked = query["query"].Select(one => one ?? "").ToList();
        var files = asked.Where(one => one.AsSpan().ContainsAny('/', '\\')).ToList();
        var services = asked.Except(files).Where(one => !string.IsNullOrWhiteSpace(one)).ToList();
        if (asked.Count > 0 && files.Count + services.Count == 0)
        {
            errors.Add(Invalid("query", Show(asked), "query cannot be empty"));
        }

        var read = new NodeLogQuery(services, files)
        {
            SinceTime = Time("sinceTime"),
            UntilTime = Time("untilTime"),
            Boot = Number("boot"),
            TailLines = Number("tailLines"),
            Pattern = First("pattern"),
        };
        return errors.Count > 0 ? (null, Join(errors)) : (read is { HasOptions: false, Services: [], Files: [] } ? null : read, null);

        string? First(string name) => query[name] is [{ Length: > 0 } first, ..] ? first : null;

        DateTimeOffset? Time(string name)
        {
            if (First(name) is not { } text)
            {
                return null;
            }

            if (ApiTime.TryRead(text, out var time))
            {
                return time;
            }

            errors.Add(Invalid(name, Show(text), "invalid time format"));
            return null;
        }

        long? Number(string name)
        {
            if (First(name) is not { } text)
            {
                return null;
            }

            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            var why = Digits().IsMatch(text) ? "value out of range" : "invalid syntax";
            errors.Add(Invalid(name, Show(text), $"strconv.Atoi: parsing {Show(text)}: {why}"));
            return null;
        }
    }

    /// <summary>What of it cannot be; null for nothing.</summary>
    public string? Problem(HostLogs logs)
    {
        var errors = Services.Select(ProblemOf).OfType<string>().ToList();
        if (Services.Count > ServicesMax)
        {
            errors.Add($"query: Too many: {Services.Count}: must have at most {ServicesMax} items");
        }

        if (ProblemOfFiles(logs) is { } files)
        {
            errors.Add(files);
        }

        if (SinceTime > UntilTime)
        {
            errors.Add(Invalid("untilTime", Show(ApiTime.Write(UntilTime.Value)), "must be after `sinceTime`"));
        }

        if (Boot > 0)
        {
            errors.Add(Invalid("boot", $"{Boot}", "must be less than 1"));
        }

        if (TailLines is < 0 or > TailLinesMax)
        {
            errors.Add(Invalid("tailLines", $"{TailLines}", $"must be between 0 and {TailLinesMax}, inclusive"));
        }

        if (Pattern is { } pattern && !Re2Pattern.TryMake(pattern, out _, out var wrong))
        {
            errors.Add(Invalid("pattern", Show(pattern), wrong));
        }

        return errors.Count == 0 ? null : Join(errors);
    }

    private string? ProblemOfFiles(HostLogs logs)
    {
        return (Files.Count, Services.Count) switch
        {
            (0, 0) => "query: Required value: cannot be empty with options",
            ( > 0, > 0) => Invalid("query", Show($"[{string.Join(' ', Files)}], [{string.Join(' ', Services)}]"), "cannot specify a file and service"),
            ( > 1, _) => Invalid("query", Show(Files), "cannot specify more than one file"),
            (1, _) when HasOptions => Invalid("query", Show(Files), "cannot specify file with options"),
            (1, _) when WhyUnread(logs, Files[0]) is { } why => Invalid("query", Show(Files), why),
            _ => null,
        };
    }

    private static string? WhyUnread(HostLogs logs, string file)
    {
        try
        {
            logs.Open(file).Dispose();
            return null;
        }
        catch (FileNotFoundException)
        {
            return $"stat {logs.FullPath(file)}: no such file or directory";
        }
        catch (UnauthorizedAccessException)
        {
            return $"stat {logs.FullPath(file)}: permission denied";
        }
    }

    private static string? ProblemOf(string service) =>
        service.Length > ServiceLengthMax ? Invalid("query", Show(service), "length must be less than 100")
        : !Service().IsMatch(service) ? Invalid("query", Show(service), "input contains unsupported characters")
        : null;

    private static string Invalid(string field, string value, string why) => $"{field}: Invalid value: {value}: {why}";

    private static string Show(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static string Show(IEnumerable<string> texts) => $"[{string.Join(',', texts.Select(Show))}]";

    private static string Join(List<string> errors) => errors.Distinct().ToList() is [var one] ? one : $"[{string.Join(", ", errors.Distinct())}]";

    [GeneratedRegex(@"^[a-zA-Z\-_.:0-9@]+\z")]
    private static partial Regex Service();

    [GeneratedRegex(@"^[+-]?[0-9]+\z")]
    private static partial Regex Digits();
}
