using Coppice.ApiServer.Aggregation;
using Coppice.Objects.Apiregistration;

namespace Coppice.ApiServer.Tests.Aggregation;

public sealed class RemoteApisTests
{
    [Fact]
    public async Task Several_that_are_found_at_once_are_all_there()
    {
        const int Finders = 4;
        const int Count = 5_000;
        var remote = new RemoteApis();
        await Task.WhenAll(Enumerable.Range(0, Finders).Select(finder => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < Count; i++)
                {
                    remote.Set($"v{i}.of-{finder}.example.com", new RemoteApi(new APIServiceSpec(), true, []));
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.Equal(Finders * Count, remote.All.Count);
    }
}
