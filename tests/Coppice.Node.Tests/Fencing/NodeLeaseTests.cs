using Coppice.Client;
using Coppice.Node.Heartbeat;
using Coppice.Objects;
using Coppice.Objects.Coordination;
using Coppice.Objects.Meta;
using Coppice.Testing;

namespace Coppice.Node.Tests.Fencing;

public sealed class NodeLeaseTests
{
    [Fact]
    public async Task A_node_that_hears_nothing_asks_before_it_says_that_it_lives()
    {
        var (api, isAnswered) = (new OneLease(), true);
        var lease = new NodeLease(api, "n1", new NodeLeaseOptions(), new ManualTimeProvider(), _ => { }) { IsAnswered = () => isAnswered };
        await lease.RenewAsync(default);
        await lease.RenewAsync(default);
        Assert.Equal((1, 2), (api.Asked, api.Written));

        isAnswered = false;
        api.IsSilent = true;
        await Assert.ThrowsAsync<IOException>(async () => await lease.RenewAsync(default));
        Assert.Equal(2, api.Written);

        api.IsSilent = false;
        await lease.RenewAsync(default);
        Assert.Equal((3, 3), (api.Asked, api.Written));
    }

    /// <summary>An API that has a lease; while it is silent, what is asked has no answer, and what is written arrives all the same.</summary>
    private sealed class OneLease : IApiClient
    {
        private KubernetesObject _lease = new Lease { Metadata = new ObjectMeta { Name = "n1", Namespace = NodeLease.Namespace } };

        public bool IsSilent { get; set; }

        public int Asked { get; private set; }

        public int Written { get; private set; }

        public ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, string? subresource, CancellationToken stop)
        {
            Asked++;
            return IsSilent ? throw new IOException("no answer") : new(_lease);
        }

        public ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop)
        {
            Written++;
            _lease = ((ObjectWrite.Update)write).Item;
            return IsSilent ? throw new IOException("no answer") : new(_lease);
        }

        public ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop) => throw new NotSupportedException();

        public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) => throw new NotSupportedException();

        public ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop) => throw new NotSupportedException();
    }
}
