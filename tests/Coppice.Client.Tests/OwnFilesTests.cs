using System.Runtime.InteropServices;

namespace Coppice.Client.Tests;

/// <summary>Files of ours have their modes whatever the umask is. It is the process': no other test may make files meanwhile.</summary>
[Collection(nameof(OwnFilesTests))]
[CollectionDefinition(nameof(OwnFilesTests), DisableParallelization = true)]
public sealed class OwnFilesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("coppice-files-").FullName;
    private readonly uint _before = umask(0);

    public void Dispose()
    {
        _ = umask(_before);
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(0b000_000_000u)]
    [InlineData(0b000_010_010u)]
    [InlineData(0b000_111_111u)]
    public void Whatever_the_umask_they_have_the_mode_that_was_said(uint mask)
    {
        _ = umask(mask);
        OwnFiles.MakePrivateDirectory(_root + "/private/deep");
        OwnFiles.MakeDirectory(_root + "/above/public", OwnFiles.PublicDirectory);
        OwnFiles.EnsureDirectory(_root + "/open/all", OwnFiles.PublicDirectory);
        OwnFiles.WritePrivate(_root + "/secret", "x");
        OwnFiles.Write(_root + "/hosts", "x", OwnFiles.PublicFile);

        Assert.Equal(
            ["private 700", "private/deep 700", "above 700", "above/public 755", "open 755", "open/all 755", "secret 600", "hosts 644"],
            new[] { "private", "private/deep", "above", "above/public", "open", "open/all", "secret", "hosts" }
                .Select(name => $"{name} {Convert.ToString((int)File.GetUnixFileMode($"{_root}/{name}"), 8)}"));
    }

    [Fact]
    public void What_was_there_with_another_mode_is_given_the_right_one_unless_it_is_somebody_elses()
    {
        Directory.CreateDirectory(_root + "/old");
        Directory.CreateDirectory(_root + "/theirs");
        File.WriteAllText(_root + "/old-file", "");

        OwnFiles.MakePrivateDirectory(_root + "/old");
        OwnFiles.EnsureDirectory(_root + "/theirs");
        OwnFiles.WritePrivate(_root + "/old-file", "x");

        Assert.Equal(OwnFiles.PrivateDirectory, File.GetUnixFileMode(_root + "/old"));
        Assert.Equal((UnixFileMode)0x1FF, File.GetUnixFileMode(_root + "/theirs"));
        Assert.Equal(OwnFiles.PrivateFile, File.GetUnixFileMode(_root + "/old-file"));
    }

    [DllImport("libc")]
    private static extern uint umask(uint mask);
}
