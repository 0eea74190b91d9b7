using System.Text;
using Coppice.Node.Logs;
using Coppice.Testing;
using Microsoft.AspNetCore.Http;

namespace Coppice.Kubelet.Tests;

public sealed class NodeLogsTests : IDisposable
{
    private static readonly DateTimeOffset Booted = new(2026, 5, 1, 12, 0, 2, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _journalctl = [];
    private bool _hasOwn;
    private string? _units;

    private string Root => Path.Combine(_directory.Path, "log");

    public NodeLogsTests()
    {
        Directory.CreateDirectory(Path.Combine(Root, "apt"));
        File.WriteAllText(Path.Combine(Root, "a<b.log"), "odd\n");
        File.WriteAllText(Path.Combine(Root, "apt", "apt.log"), "installed\n");
        File.WriteAllText(Path.Combine(Root, "dpkg.log"), "unpacked\n");
        File.WriteAllText(Path.Combine(_directory.Path, "secret"), "of the machine\n");
        File.WriteAllText(Path.Combine(_directory.Path, "coppice.log.1"), "2026-05-01 12:00:01.000 info  Cluster[1001]: began\n");
        File.WriteAllText(
            Path.Combine(_directory.Path, "coppice.log"),
            "2026-05-01 12:00:02.500 ERROR Node[3001]: broke\n    at Somewhere()\n2026-05-01 12:00:03.000 info  Node[3002]: well\n2026-05-01 12:00:04.000 info  Node[3002]: very well\n");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_directory_is_listed_with_links_to_what_is_in_it()
    {
        var (code, body, headers) = await GetAsync("/logs/");
        Assert.Equal(200, code);
        Assert.Equal("text/html; charset=utf-8", headers.ContentType.First());
        Assert.EndsWith("<pre>\n<a href=\"a%3Cb.log\">a&lt;b.log</a>\n<a href=\"apt/\">apt/</a>\n<a href=\"dpkg.log\">dpkg.log</a>\n</pre>\n", body);
    }

    [Theory]
    [InlineData("/logs/dpkg.log", 200, "unpacked\n")]
    [InlineData("/logs/apt/apt.log", 200, "installed\n")]
    [InlineData("/logs/apt/../dpkg.log", 200, "unpacked\n")]
    [InlineData("/logs/../secret", 404, "404 page not found\n")]
    [InlineData("/logs/apt/../../../secret", 404, "404 page not found\n")]
    [InlineData("/logs/missing", 404, "404 page not found\n")]
    [InlineData("/logs/dpkg.log/x", 404, "404 page not found\n")]
    public async Task A_file_is_sent_and_nothing_above_the_logs(string path, int code, string body)
    {
        var answer = await GetAsync(path);
        Assert.Equal((code, body), (answer.Code, answer.Body));
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("..")]
    public async Task A_link_that_leads_out_of_the_logs_is_not_followed(string target)
    {
        File.CreateSymbolicLink(Path.Combine(Root, "out"), target);
        var path = target == ".." ? "/logs/out/secret" : "/logs/out";
        Assert.Equal((403, "403 Forbidden\n"), await TextAsync(path));
        File.CreateSymbolicLink(Path.Combine(Root, "in"), Path.Combine(Root, "apt", "apt.log"));
        Assert.Equal((200, "installed\n"), await TextAsync("/logs/in"));
    }

    [Theory]
    [InlineData("/logs", "/logs/")]
    [InlineData("/logs/apt", "apt/")]
    [InlineData("/logs/dpkg.log/", "../dpkg.log")]
    public async Task Who_forgets_the_slash_of_a_directory_is_sent_there(string path, string to)
    {
        var (code, _, headers) = await GetAsync(path, "");
        Assert.Equal((301, to), (code, headers.Location.First()));
    }

    [Theory]
    [InlineData("query=", 400, "query: Invalid value: [\"\"]: query cannot be empty")]
    [InlineData("query=%20&boot=x", 400, "[query: Invalid value: [\" \"]: query cannot be empty, boot: Invalid value: \"x\": strconv.Atoi: parsing \"x\": invalid syntax]")]
    [InlineData("query=a&tailLines=99999999999999999999", 400, "tailLines: Invalid value: \"99999999999999999999\": strconv.Atoi: parsing \"99999999999999999999\": value out of range")]
    [InlineData("query=a&sinceTime=2026-05-01", 400, "sinceTime: Invalid value: \"2026-05-01\": invalid time format")]
    [InlineData("tailLines=1", 406, "query: Required value: cannot be empty with options")]
    [InlineData("query=a&query=/b", 406, "query: Invalid value: \"[/b], [a]\": cannot specify a file and service")]
    [InlineData("query=/a&query=/b", 406, "query: Invalid value: [\"/a\",\"/b\"]: cannot specify more than one file")]
    [InlineData("query=/dpkg.log&tailLines=1", 406, "query: Invalid value: [\"/dpkg.log\"]: cannot specify file with options")]
    [InlineData("query=/../missing", 406, "query: Invalid value: [\"/../missing\"]: stat ROOT/missing: no such file or directory")]
    [InlineData("query=a&query=b&query=c&query=d&query=e", 406, "query: Too many: 5: must have at most 4 items")]
    [InlineData("query=a;b", 406, "query: Invalid value: \"a;b\": input contains unsupported characters")]
    [InlineData("query=a&boot=1", 406, "boot: Invalid value: 1: must be less than 1")]
    [InlineData("query=a&tailLines=-1", 406, "tailLines: Invalid value: -1: must be between 0 and 100000, inclusive")]
    [InlineData("query=a&pattern=(", 406, "pattern: Invalid value: \"(\": error parsing regexp: missing closing ): `(`")]
    [InlineData("query=a&sinceTime=2026-05-02T00:00:00Z&untilTime=2026-05-01T00:00:00Z", 406, "untilTime: Invalid value: \"2026-05-01T00:00:00Z\": must be after `sinceTime`")]
    public async Task What_cannot_be_asked_is_refused_in_the_kubelets_words(string query, int code, string message) =>
        Assert.Equal((code, message.Replace("ROOT", Root, StringComparison.Ordinal) + "\n"), await TextAsync("/logs/", query));

    [Fact]
    public async Task A_question_has_no_path() =>
        Assert.Equal((406, "path not allowed in query mode\n"), await TextAsync("/logs/dpkg.log", "query=kubelet"));

    [Theory]
    [InlineData("query=/dpkg.log", "unpacked\n")]
    [InlineData("query=dpkg", "unpacked\n")]
    [InlineData("query=dpkg.log&query=apt", "unpacked\ninstalled\n")]
    [InlineData("query=kubelet", "\nlog not found for kubelet\n")]
    [InlineData("query=dpkg&tailLines=1", "\noptions present and query resolved to log files for [dpkg]\ntry without specifying options\n")]
    public async Task What_journald_does_not_have_is_looked_for_in_files(string query, string body) =>
        Assert.Equal((200, body), await TextAsync("/logs/", query));

    [Fact]
    public async Task Journald_is_asked_for_the_services_that_it_knows()
    {
        _units = "cron.service\nssh.service\n";
        Assert.Equal(
            (200, "from the journal\nunpacked\n"),
            await TextAsync("/logs/", "query=ssh&query=dpkg"));
        Assert.Equal("--utc --no-pager --output=short-precise --unit=ssh", _journalctl[^1]);
        await TextAsync("/logs/", "query=ssh&query=cron&sinceTime=2026-05-01T02:00:00%2B02:00&untilTime=2026-05-02T00:00:00Z&tailLines=5&pattern=x y&boot=-1");
        Assert.Equal(
            "--utc --no-pager --output=short-precise --since=2026-05-01 00:00:00 UTC --until=2026-05-02 00:00:00 UTC --lines=5 --unit=ssh --unit=cron --grep=x y --boot=-1",
            _journalctl[^1]);
    }

    [Theory]
    [InlineData("", "began|broke|at Somewhere()|well|very well")]
    [InlineData("&tailLines=2", "well|very well")]
    [InlineData("&tailLines=0", "")]
    [InlineData("&pattern=SOMEWHERE", "")]
    [InlineData("&pattern=somewhere", "broke|at Somewhere()")]
    [InlineData("&pattern=%5C]:.*well$&tailLines=1", "very well")]
    [InlineData("&sinceTime=2026-05-01T12:00:03Z", "well|very well")]
    [InlineData("&untilTime=2026-05-01T12:00:02Z", "began")]
    [InlineData("&boot=0", "broke|at Somewhere()|well|very well")]
    [InlineData("&boot=0&sinceTime=2026-05-01T12:00:04Z", "very well")]
    public async Task Our_own_log_is_that_of_coppice_and_of_the_kubelet(string options, string said)
    {
        _hasOwn = true;
        foreach (var service in (string[])["coppice", "kubelet"])
        {
            var (code, body) = await TextAsync("/logs/", $"query={service}{options}");
            Assert.Equal(200, code);
            Assert.Equal(said, string.Join('|', body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf("]: ", StringComparison.Ordinal) is >= 0 and var at ? at + 3 : 4)..])));
        }
    }

    private async Task<(int Code, string Body)> TextAsync(string path, string query = "") =>
        await GetAsync(path, query) is var (code, body, _) ? (code, body) : default;

    private async Task<(int Code, string Body, IHeaderDictionary Headers)> GetAsync(string path, string query = "")
    {
        var http = new DefaultHttpContext();
        using var body = new MemoryStream();
        http.Request.Method = "GET";
        http.Request.Path = path;
        http.Request.QueryString = new QueryString(query.Length == 0 ? "" : "?" + query);
        http.Response.Body = body;
        var own = new OwnLog(Path.Combine(_directory.Path, "coppice.log"), () => Booted);
        await new NodeLogs(new HostLogs(Root), _hasOwn ? own : null, JournalAsync, new ManualTimeProvider()).AnswerAsync(http, path);
        return (http.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()), http.Response.Headers);
    }

    private async Task<bool> JournalAsync(IReadOnlyList<string> arguments, Stream output, CancellationToken stop)
    {
        _journalctl.Add(string.Join(' ', arguments));
        await output.WriteAsync(Encoding.UTF8.GetBytes(arguments is ["--field", ..] ? _units ?? "" : "from the journal\n"), stop);
        return _units is not null;
    }
}
