using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Testing;
using Coppice.Objects.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Controllers.Tests.Runtime;

public sealed class DeletionsTests
{
    [Fact]
    public async Task What_was_gone_before_it_was_asked_to_go_is_not_remembered_for_ever()
    {
        var api = new TestApi(TimeProvider.System, "default");
        var caches = new CacheSet(api, TimeProvider.System, NullLoggerFactory.Instance);
        var deletions = new Deletions<Pod>(caches.Of<Pod>());
        var gone = new Pod { Metadata = new() { Name = "web", Namespace = "default", Uid = "u1" } };

        Assert.False(await deletions.DeleteAsync(api, gone, TestContext.Current.CancellationToken));
        Assert.False(deletions.IsGoing(gone));
    }
}
