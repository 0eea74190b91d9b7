using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Testing;

namespace Coppice.Node.Tests.Pods;

/// <summary>The pods in the API, as users and controllers change them.</summary>
internal sealed class TestPods
{
    public TestPods() => Api.Fault = (verb, _) =>
    {
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

    public StandInApi Api { get; } = new();

    /// <summary>How often something was changed, by the agent or the test.</summary>
    public int Writes { get; private set; }

    /// <summary>While true, nothing can be written.</summary>
    public bool IsDown { get; set; }

    public Pod? Pod(string name) => Api.All<Pod>().FirstOrDefault(one => one.Metadata.Name == name);

    public PodStatus Status(string name) => Pod(name)!.Status;

    public void Create(Pod pod) => Assert.True(Api.CreateAsync(pod, default).IsCompletedSuccessfully);

    public void Change(string name, Func<Pod, Pod> change) => Assert.True(Api.UpdateAsync(change(Pod(name)!), default).IsCompletedSuccessfully);

    public void Remove(string name) => Assert.True(Api.DeleteAsync<Pod>(new ObjectKey("shop", name), null, default).IsCompletedSuccessfully);
}
