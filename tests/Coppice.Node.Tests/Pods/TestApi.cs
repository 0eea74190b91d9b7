using System.Globalization;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Node.Tests.Pods;

/// <summary>The API's pods in memory, with revisions, conflicts and watches: as much as an agent needs.</summary>
internal sealed class TestApi : IApiClient
{
    private readonly SortedDictionary<ObjectKey, Pod> _pods = [];
    private readonly List<WatchEvent<Pod>> _history = [];
    private readonly List<TaskCompletionSource> _waiting = [];

    /// <summary>How often a status was written.</summary>
    public int StatusWrites { get; private set; }

    /// <summary>While true, nothing can be written.</summary>
    public bool IsDown { get; set; }

    public Pod? Pod(string name) => _pods.GetValueOrDefault(new ObjectKey("shop", name));

    public PodStatus Status(string name) => Pod(name)!.Status;

    public Pod Put(Pod pod)
    {
        var key = ObjectKey.Of(pod);
        var type = _pods.ContainsKey(key) ? WatchEventType.Modified : WatchEventType.Added;
        var stored = pod with { Metadata = pod.Metadata with { ResourceVersion = Revision(1) } };
        _pods[key] = stored;
        Tell(new WatchEvent<Pod>(type, stored));
        return stored;
    }

    public void Remove(string name)
    {
        var key = new ObjectKey("shop", name);
        if (!_pods.Remove(key, out var pod)) return;
        Tell(new WatchEvent<Pod>(WatchEventType.Deleted, pod));
    }

    public ValueTask<T?> FindAsync<T>(ObjectKey key, CancellationToken stop) where T : KubernetesObject =>
        ValueTask.FromResult((T?)(KubernetesObject?)_pods.GetValueOrDefault(key));

    public ValueTask<ObjectList<T>> ListAsync<T>(ListQuery query, CancellationToken stop) where T : KubernetesObject =>
        ValueTask.FromResult(new ObjectList<T>([.. _pods.Values.Cast<T>()], Revision(0)));

    public IObjectWatch<T> Watch<T>(ListQuery query, string afterRevision) where T : KubernetesObject =>
        (IObjectWatch<T>)(object)new PodWatch(this, int.Parse(afterRevision, CultureInfo.InvariantCulture));

    public ValueTask<T> UpdateStatusAsync<T>(T item, CancellationToken stop) where T : KubernetesObject
    {
        if (IsDown) throw Refusal("ServiceUnavailable", 503);
        var pod = (Pod)(KubernetesObject)item;
        if (!_pods.TryGetValue(ObjectKey.Of(pod), out var stored)) throw Refusal("NotFound", 404);
        if (stored.Metadata.ResourceVersion != pod.Metadata.ResourceVersion) throw Refusal("Conflict", 409);
        StatusWrites++;
        return ValueTask.FromResult((T)(KubernetesObject)Put(stored with { Status = pod.Status }));
    }

    public ValueTask DeleteAsync<T>(ObjectKey key, DeleteOptions? options, CancellationToken stop) where T : KubernetesObject
    {
        if (IsDown) throw Refusal("ServiceUnavailable", 503);
        if (_pods.GetValueOrDefault(key) is not { } pod || pod.Metadata.Uid != options?.Preconditions?.Uid) throw Refusal("NotFound", 404);
        Remove(key.Name);
        return ValueTask.CompletedTask;
    }

    public ValueTask<T> CreateAsync<T>(T item, CancellationToken stop) where T : KubernetesObject => throw new NotSupportedException();

    public ValueTask<T> UpdateAsync<T>(T item, CancellationToken stop) where T : KubernetesObject => throw new NotSupportedException();

    public ValueTask BindAsync(Binding binding, CancellationToken stop) => throw new NotSupportedException();

    public ValueTask<Namespace> FinalizeAsync(Namespace item, CancellationToken stop) => throw new NotSupportedException();

    public ValueTask<TokenRequest> CreateTokenAsync(ObjectKey serviceAccount, TokenRequest request, CancellationToken stop) => throw new NotSupportedException();

    private static ApiException Refusal(string reason, int code) => new(new ApiStatus { Reason = reason, Code = code, Message = reason });

    private string Revision(int after) => (_history.Count + after).ToString(CultureInfo.InvariantCulture);

    private void Tell(WatchEvent<Pod> change)
    {
        _history.Add(change);
        foreach (var one in _waiting) one.TrySetResult();
        _waiting.Clear();
    }

    private sealed class PodWatch(TestApi api, int at) : IObjectWatch<Pod>
    {
        private int _at = at;

        public string Revision => _at.ToString(CultureInfo.InvariantCulture);

        public async ValueTask<IReadOnlyList<WatchEvent<Pod>>> NextAsync(CancellationToken stop)
        {
            while (_at == api._history.Count)
            {
                var change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                api._waiting.Add(change);
                using var ended = stop.Register(() => change.TrySetCanceled(stop));
                await change.Task;
            }
            var news = api._history.Skip(_at).ToList();
            _at = api._history.Count;
            return news;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
