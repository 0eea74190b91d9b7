using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Coppice.Network.Netns;

/// <summary>
/// A thread of its own that lives in one network namespace and does one thing after another. Sockets and processes made on it
/// belong to that namespace for ever, whoever uses them afterwards.
/// </summary>
public sealed partial class NamespaceThread : IDisposable
{
    private const int CloneNewNet = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    private NamespaceThread(string name) => _thread = new Thread(Work) { IsBackground = true, Name = name };

    /// <param name="path">The namespace's file (/run/netns/… or /proc/PID/ns/net), or null to stay in the caller's.</param>
    /// <exception cref="IOException">The namespace is gone, or this process may not enter it.</exception>
    public static NamespaceThread Start(string? path, string name = "network namespace")
    {
        var thread = new NamespaceThread(name);
        thread._thread.Start();
        if (path is null)
        {
            return thread;
        }

        try
        {
            thread.RunAsync(() => Enter(path)).GetAwaiter().GetResult();
            return thread;
        }
        catch
        {
            thread.Dispose();
            throw;
        }
    }

    /// <summary>Does something on the thread, after everything that was asked for before.</summary>
    public Task<T> RunAsync<T>(Func<T> what)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(what());
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
        using var home = File.OpenHandle("/proc/thread-self/ns/net");
        Enter(path);
        try
        {
            return what();
        }
        finally
        {
            Enter(home, "it came from");
        }
    }

    /// <summary>Ends the thread after what it was already asked for.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Work()
    {
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }

    private static bool Enter(string path)
    {
        using var file = File.OpenHandle(path);
        return Enter(file, path);
    }

    private static bool Enter(SafeFileHandle file, string name) => SetNamespace(file, CloneNewNet) == 0
        ? true
        : throw new IOException($"The network namespace {name} cannot be entered: {Marshal.GetLastPInvokeErrorMessage()}.");

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle file, int kind);
}
