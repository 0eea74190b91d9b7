using Coppice.Composition;

namespace Coppice.Tests.Composition;

public sealed class ProgramFilesTests
{
    private const string OnDisk = "7f151da00000-7f151e412000 r--s 00000000 fe:00 1583     /srv/coppice/Coppice.Objects.dll";

    [Fact]
    public void An_assembly_as_it_lies_on_the_disk_is_found() =>
        Assert.Equal([(0x7f151da00000, 0x7f151e412000)], ProgramFiles.DescriptionsIn(OnDisk + "\n", "/srv/coppice/"));

    [Theory]
    [InlineData("7f20fc010000-7f20fc82a000 r-xp 00000000 fe:00 1583     /srv/coppice/Coppice.Objects.dll")]
    [InlineData("7f20fc849000-7f20fca2f000 rw-p 00819000 fe:00 1583     /srv/coppice/Coppice.Objects.dll")]
    [InlineData("7f151e500000-7f151e508000 rw-s 00000000 fe:00 1590     /srv/coppice/data/store.db-shm")]
    [InlineData("7f151e600000-7f151e700000 r--s 00000000 fe:00 1600     /usr/lib/other.dll")]
    [InlineData("7f20ff620000-7f20ff680000 rw-s 00b21000 00:01 2        /memfd:doublemapper (deleted)")]
    [InlineData("7f1523c00000-7f1523e9c000 rw-p 00000000 00:00 0 ")]
    public void What_runs_and_what_is_written_to_and_what_is_others_is_none(string mapping) =>
        Assert.Empty(ProgramFiles.DescriptionsIn(mapping + "\n", "/srv/coppice/"));
}
