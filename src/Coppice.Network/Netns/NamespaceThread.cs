using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Coppice.Network.Netns;

/// <summary>
/// A thread of its own that does one thing after another inside a network namespace. Sockets and processes made there belong to that
/// namespace for ever, whoever uses them afterwards. Whoever waits is told at home: telling may make the pool start a thread, and a
/// thread begins in the namespace of the one that starts it.
/// </summary>
public sealed partial class NamespaceThread : IDisposable
{
    private const int CloneNewNet = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];
    private readonly string? _path;
    private readonly SafeFileHandle? _inside;
    private readonly Thread _thread;

    private NamespaceThread(string? path, string name)
    {
        _path = path;
        _inside = path is null ? null : File.OpenHandle(path);
        _thread = new Thread(Work) { IsBackground = true, Name = name };
    }

    /// <param name="path">The namespace's file (/run/netns/… or /proc/PID/ns/net), or null to stay in the caller's.</param>
    /// <exception cref="IOException">The namespace is gone, or this process may not enter it.</exception>
    public static NamespaceThread Start(string? path, string name = "network namespace")
    {
        var thread = new NamespaceThread(path, name);
        thread._thread.Start();
        return thread;
    }

    /// <summary>Does something inside, after everything that was asked for before. It may not start threads, nor what the pool is to do.</summary>
    /// <exception cref="IOException">This process may not enter the namespace.</exception>
    public Task<T> RunAsync<T>(Func<T> what)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(_inside is null ? what() : Visit(_inside, _path!, what));
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>Does something in another namespace, on a thread that does nothing else meanwhile, and comes back.</summary>
    /// <exception cref="IOException">The namespace is gone, or this process may not enter it.</exception>
    internal static T Visit<T>(string path, Func<T> what)
    {
        using var inside = File.OpenHandle(path);
        return Visit(inside, path, what);
    }

    /// <summary>Ends the thread after what it was already asked for.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Work()
    {
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }

        _inside?.Dispose();
    }

    private static T Visit<T>(SafeFileHandle inside, string path, Func<T> what)
    {
        using var home = File.OpenHandle("/proc/thread-self/ns/net");
        Enter(inside, path);
        try
        {
            return what();
        }
        finally
        {
            Enter(home, "it came from");
        }
    }

    private static void Enter(SafeFileHandle file, string name)
    {
        if (SetNamespace(file, CloneNewNet) != 0)
        {
            throw new IOException($"The network namespace {name} cannot be entered: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle file, int kind);
}
