using Coppice.Network.Netns;

namespace Coppice.Network.Tests.Kernel;

public sealed class NamespaceThreadTests
{
    // Telling what was done may make the pool start a thread, which begins where the one is that tells, and stays: whatever is done
    // on it later, such as to call the server, is done from inside that namespace.
    [Fact]
    public async Task The_thread_is_inside_only_for_what_it_is_asked_to_do()
    {
        await using var node = await TestNode.StartAsync();
        using var thread = NamespaceThread.Start(node.Path);

        var (id, inside) = await thread.RunAsync(() => (LinkOf("/proc/thread-self"), LinkOf("/proc/thread-self/ns/net")));

        Assert.NotEqual(LinkOf("/proc/thread-self/ns/net"), inside);
        Assert.Equal(LinkOf("/proc/thread-self/ns/net"), LinkOf($"/proc/{Environment.ProcessId}/task/{id}/ns/net"));
        Assert.Equal(inside, await thread.RunAsync(() => LinkOf("/proc/thread-self/ns/net")));
    }

    private static string LinkOf(string path) => File.ResolveLinkTarget(path, returnFinalTarget: false)!.Name;
}
