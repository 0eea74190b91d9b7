using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Testing;

namespace Coppice.Node.Tests.Pods;

/// <summary>The pods in the API, as users and controllers change them.</summary>
internal sealed class TestPods
{
    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();

    public TestPods(TimeProvider time)
    {
        Api = new TestApi(time, "shop");
        Api.Fault = (verb, _) =>
        {
            if (IsDeaf && verb is ("watch" or "list"))
            {
                throw new HttpRequestException("connection refused");
            }

            if (IsReplaced && verb == "get")
            {
                throw new ApiException(new ApiStatus { Code = 403, Reason = "Forbidden", Message = "no relationship found between node and this object" });
            }

            if (verb is not ("update" or "delete"))
            {
                return;
            }

            if (IsDown)
            {
                throw new ApiException(new ApiStatus { Code = 503, Reason = "ServiceUnavailable", Message = "the server is away" });
            }

            Writes++;
        };
    }

    public TestApi Api { get; }

    /// <summary>How often something was changed, by the agent or the test.</summary>
    public int Writes { get; private set; }

    /// <summary>While true, nothing can be written.</summary>
    public bool IsDown { get; set; }

    /// <summary>While true, nobody is told of anything.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>While true, pods are those of other nodes, which have the names of pods that were here.</summary>
    public bool IsReplaced { get; set; }

    public Pod? Pod(string name) => Api.All<Pod>().FirstOrDefault(one => one.Metadata.Name == name);

    public PodStatus Status(string name) => Pod(name)!.Status;

    public string Uid(string name) => Pod(name)!.Metadata.Uid!;

    public void Create(Pod pod) => Api.Create(pod);

    /// <summary>Changes a pod, or what has a door of its own: "status", "resize", "ephemeralcontainers".</summary>
    public void Change(string name, Func<Pod, Pod> change, string? subresource = null) =>
        Api.WriteAsync(Pods, new ObjectWrite.Update(change(Pod(name)!), subresource), default).AsTask().GetAwaiter().GetResult();

    /// <summary>As kubectl delete does: a mark, and until then.</summary>
    public void Delete(string name, long graceSeconds) =>
        Api.DeleteAsync(Pods, new("shop", name), new() { GracePeriodSeconds = graceSeconds }, default).AsTask().GetAwaiter().GetResult();

    /// <summary>By force: at once, whatever still runs of it.</summary>
    public void Remove(string name) => Delete(name, 0);
}
