using Coppice.Store.Sqlite;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Store.Tests;

public sealed class WritePaceTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void A_write_that_takes_seconds_is_told_of_while_it_does_and_for_a_minute()
    {
        var pace = new WritePace("/data/store", _time, NullLogger.Instance);
        Write(pace, seconds: 0.9);
        Assert.Null(pace.Remark);

        pace.Begin();
        _time.Advance(TimeSpan.FromSeconds(2.5));
        Assert.StartsWith("The disk under /data/store is slow: a write has been under way for 2.5 s. ", pace.Remark);
        pace.End();
        Write(pace, seconds: 0.1);
        Assert.StartsWith("The disk under /data/store is slow: a write took 2.5 s. ", pace.Remark);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(pace.Remark);
    }

    private void Write(WritePace pace, double seconds)
    {
        pace.Begin();
        _time.Advance(TimeSpan.FromSeconds(seconds));
        pace.End();
    }
}
