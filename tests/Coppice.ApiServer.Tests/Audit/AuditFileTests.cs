using System.IO.Compression;
using System.Text;
using Coppice.ApiServer.Audit;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Audit;

/// <summary>The files that the audit log is kept in.</summary>
public sealed class AuditFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTimeProvider _time = new();

    private string Log => Path.Combine(_directory.Path, "audit.log");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_that_is_full_is_put_aside_under_its_time_and_only_its_owner_reads_any_of_them()
    {
        Write(new AuditLogOptions(Log) { BytesMax = 10 }, "one-line\n", "two-line\n", "three\n");
        Assert.Equal(["audit-2030-01-01T01-00-00.000.log", "audit-2030-01-01T02-00-00.000.log", "audit.log"], Names());
        Assert.Equal(["one-line\n", "two-line\n", "three\n"], Names().Select(name => File.ReadAllText(Path.Combine(_directory.Path, name))));
        Assert.All(Names(), name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_directory.Path, name))));
    }

    [Fact]
    public void Only_so_many_are_kept_and_what_is_somebody_else_s_stays()
    {
        File.WriteAllText(Path.Combine(_directory.Path, "audit-of-mine.log"), "mine");
        Write(new AuditLogOptions(Log) { BytesMax = 4, BackupsMax = 2 }, "one\n", "two\n", "three\n", "four\n", "five\n");
        Assert.Equal(["audit-2030-01-01T03-00-00.000.log", "audit-2030-01-01T04-00-00.000.log", "audit-of-mine.log", "audit.log"], Names());
    }

    [Fact]
    public void What_is_too_old_goes_with_the_next_that_is_put_aside()
    {
        Write(new AuditLogOptions(Log) { BytesMax = 4, AgeMax = TimeSpan.FromHours(2) }, "one\n", "two\n", "three\n", "four\n", "five\n");
        Assert.Equal(["audit-2030-01-01T02-00-00.000.log", "audit-2030-01-01T03-00-00.000.log", "audit-2030-01-01T04-00-00.000.log", "audit.log"], Names());
    }

    [Fact]
    public void What_is_put_aside_is_compressed_where_that_is_wanted()
    {
        Write(new AuditLogOptions(Log) { BytesMax = 4, BackupsMax = 1, Compress = true }, "one\n", "two\n", "three\n");
        Assert.Equal(["audit-2030-01-01T02-00-00.000.log.gz", "audit.log"], Names());
        using var packed = new GZipStream(File.OpenRead(Path.Combine(_directory.Path, Names()[0])), CompressionMode.Decompress);
        Assert.Equal("two\n", new StreamReader(packed).ReadToEnd());
    }

    [Fact]
    public void A_file_of_before_is_gone_on_with()
    {
        Write(new AuditLogOptions(Log), "one\n");
        Write(new AuditLogOptions(Log), "two\n");
        Assert.Equal("one\ntwo\n", File.ReadAllText(Log));
    }

    private void Write(AuditLogOptions options, params string[] lines)
    {
        using var file = new AuditFile(options, _time);
        foreach (var line in lines)
        {
            file.Write(Encoding.UTF8.GetBytes(line));
            _time.Advance(TimeSpan.FromHours(1));
        }
    }

    private IReadOnlyList<string> Names() => [.. Directory.GetFiles(_directory.Path).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
}
