using Coppice.Composition;

namespace Coppice.Tests.Composition;

public sealed class ProgramPagesTests
{
    [Theory]
    [InlineData("7f0000001000-7f0000003000 r-xp 00000000 fe:00 1234                       /usr/lib/libc.so.6", 0x7f0000001000, 0x2000)]
    [InlineData("7f0000001000-7f0000003000 r--p 00000000 fe:00 1234   /opt/with a space.dll", 0x7f0000001000, 0x2000)]
    [InlineData("7f0000001000-7f0000003000 rw-s 00000000 00:01 1234  /memfd:doublemapper (deleted)", 0, 0)]
    [InlineData("7f0000001000-7f0000003000 rw-p 00000000 00:00 0 ", 0, 0)]
    [InlineData("7f0000001000-7f0000003000 rw-p 00000000 00:00 0                          [heap]", 0, 0)]
    public void A_file_that_is_mapped_is_told_from_other_memory(string line, long start, long length) =>
        Assert.Equal(length == 0 ? null : ((nint)start, (nint)length), ProgramPages.FileRange(line));

    [Fact]
    public void A_process_that_lets_its_program_go_runs_on()
    {
        ProgramPages.LetGo();
        Assert.NotNull(ProgramPages.FileRange(File.ReadLines("/proc/self/maps").First(line => line.EndsWith("libcoreclr.so", StringComparison.Ordinal))));
    }
}
