using Coppice.ApiServer;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.InProcess;
using Coppice.Client;

namespace Coppice.Contracts.Clients;

public sealed class InProcess : IClientUnderTest
{
    public ValueTask<IApiClient> OpenAsync(ApiVerbs verbs, ServiceAccountTokens tokens) => new(new InProcessClient(verbs, "system:test"));

    public ValueTask DisposeAsync() => default;
}

public sealed class InProcessObjects : ObjectContract<InProcess>;

public sealed class InProcessListsAndWatches : ListAndWatchContract<InProcess>;

public sealed class InProcessSubresources : SubresourceContract<InProcess>;

public sealed class InProcessWrites : ObjectWriteContract<InProcess>;
