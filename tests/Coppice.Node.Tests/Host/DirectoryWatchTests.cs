using System.Threading.Channels;
using Coppice.Node.Host;

namespace Coppice.Node.Tests.Host;

/// <summary>Alone in the process, since its descriptors are counted.</summary>
[CollectionDefinition(nameof(DirectoryWatchTests), DisableParallelization = true)]
[Collection(nameof(DirectoryWatchTests))]
public sealed class DirectoryWatchTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly string _root = Directory.CreateTempSubdirectory("coppice-watch-").FullName;
    private readonly Channel<bool> _told = Channel.CreateUnbounded<bool>();

    private string Below => Path.Combine(_root, "below");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task What_is_made_renamed_and_removed_is_told()
    {
        using var watch = Watch();
        File.WriteAllText(Path.Combine(_root, "one"), "");
        await ToldAsync("that a file was made");
        File.Move(Path.Combine(_root, "one"), Path.Combine(_root, "two"));
        await ToldAsync("that a file was renamed");
        File.Delete(Path.Combine(_root, "two"));
        await ToldAsync("that a file was removed");
    }

    [Fact]
    public async Task A_directory_below_is_watched_once_it_is_added_as_often_as_anybody_does()
    {
        using var watch = Watch();
        Directory.CreateDirectory(Below);
        await ToldAsync("that a directory was made");
        watch.Add(Below);
        watch.Add(Below);
        File.WriteAllText(Path.Combine(Below, "one"), "");
        await ToldAsync("that a file was made below");

        // One that went meanwhile is no trouble.
        Directory.Delete(Below, recursive: true);
        watch.Add(Below);
        await ToldAsync("that the directory has gone");
    }

    [Fact]
    public async Task It_ends_with_its_thread_and_its_descriptor()
    {
        var before = Instances();
        var watch = Watch();
        Assert.Equal(before + 1, Instances());
        watch.Dispose();
        await Testing.Eventually.TrueAsync("that its descriptor is closed", Soon, () => Instances() == before);
        Assert.False(_told.Reader.TryRead(out _));
    }

    [Fact]
    public async Task It_ends_while_something_changes()
    {
        var before = Instances();
        using var stop = new CancellationTokenSource();
        var changing = Task.Run(() =>
        {
            var file = Path.Combine(_root, "one");
            while (!stop.IsCancellationRequested)
            {
                File.WriteAllText(file, "");
                File.Delete(file);
            }
        });
        for (var i = 0; i < 2000; i++)
        {
            Watch().Dispose();
        }

        await stop.CancelAsync();
        await changing;
        await Testing.Eventually.TrueAsync("that all descriptors are closed", Soon, () => Instances() == before);
    }

    private static int Instances() =>
        Directory.EnumerateFiles("/proc/self/fd").Count(one => new FileInfo(one).LinkTarget is "anon_inode:inotify");

    private DirectoryWatch Watch()
    {
        var watch = DirectoryWatch.Start(() => _told.Writer.TryWrite(true));
        watch.Add(_root);
        return watch;
    }

    /// <summary>Changes that came together may have been told once.</summary>
    private async Task ToldAsync(string what)
    {
        Assert.True(await _told.Reader.WaitToReadAsync().AsTask().WaitAsync(Soon), what);
        while (_told.Reader.TryRead(out _))
        {
        }
    }
}
