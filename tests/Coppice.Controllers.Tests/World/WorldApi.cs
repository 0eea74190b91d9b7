using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Controllers.Tests.World;

/// <summary>The API as users and node agents use it in these tests, and what is in it.</summary>
internal sealed class WorldApi
{
    private int _addresses;

    public WorldApi(TimeProvider time)
    {
        Door = new(time, "default", "kube-node-lease");
        Door.GrantDefaultRoles();
    }

    /// <summary>For the controllers, each under its own name.</summary>
    public TestApi Door { get; }

    public long Writes => Door.Writes;

    /// <summary>Refuses to make what it returns a message for.</summary>
    public Func<KubernetesObject, string?> Refuse
    {
        set => Door.Fault = (verb, about) =>
        {
            if (verb == "create" && about is KubernetesObject item && value(item) is { } why)
            {
                throw new ApiException(new() { Status = "Failure", Reason = "Forbidden", Code = 403, Message = why });
            }
        };
    }

    /// <summary>All there are, but for what the controllers put into every namespace.</summary>
    public IReadOnlyList<T> All<T>() where T : KubernetesObject =>
        [.. Door.All<T>().Where(item => item is not (ConfigMap { Metadata.Name: "kube-root-ca.crt" } or Namespace { Metadata.Name: "kube-node-lease" or "kube-system" or "kube-public" }))];

    public T Get<T>(string name, string ns = "default") where T : KubernetesObject => Find<T>(new(ns, name))!;

    public T? Find<T>(ObjectKey key) where T : KubernetesObject => Complete(Door.FindAsync<T>(key, default));

    /// <summary>Makes an object, with the status that it is given.</summary>
    public T Create<T>(T item) where T : KubernetesObject => Door.Create(item);

    public T Update<T>(T item) where T : KubernetesObject => Complete(Door.UpdateAsync(item, default));

    public void Delete<T>(ObjectKey key, string? propagation) where T : KubernetesObject =>
        Complete(Door.DeleteAsync<T>(key, new() { PropagationPolicy = propagation }, default));

    /// <summary>The node agent's part: the pod's containers have ended and it is taken off the books.</summary>
    public void FinishPod(Pod pod) => Complete(Door.DeleteAsync<Pod>(ObjectKey.Of(pod), new() { GracePeriodSeconds = 0 }, default));

    /// <summary>The scheduler's and the node agent's part: gives a pod the node and the status that it is given.</summary>
    public void SetPod(string name, Func<Pod, Pod> change, string ns = "default")
    {
        var pod = Get<Pod>(name, ns);
        var wanted = change(pod);
        if (pod.Spec.NodeName is null && wanted.Spec.NodeName is { } node)
        {
            Complete(Door.WriteAsync(
                BuiltInKinds.Of<Pod>(), new ObjectWrite.Create(ObjectKey.Of(pod), new Binding { Metadata = new() { Name = name, Namespace = pod.Metadata.Namespace }, Target = new() { Kind = "Node", Name = node } }, "binding"), default));
            pod = Get<Pod>(name, ns);
        }

        Complete(Door.UpdateStatusAsync(pod with { Status = wanted.Status with { PodIP = wanted.Status.PodIP ?? NewAddress() } }, default));
    }

    /// <summary>Writes a status as whoever it belongs to.</summary>
    public void SetStatus<T>(string name, Func<T, T> change, string ns = "") where T : KubernetesObject =>
        Complete(Door.UpdateStatusAsync(change(Get<T>(name, ns)), default));

    /// <summary>An address that no pod had.</summary>
    private string NewAddress() => $"10.244.{1 + ++_addresses / 250}.{_addresses % 250 + 1}";

    private static T Complete<T>(ValueTask<T> request) => request.AsTask().GetAwaiter().GetResult();

    private static void Complete(ValueTask request) => request.AsTask().GetAwaiter().GetResult();
}
