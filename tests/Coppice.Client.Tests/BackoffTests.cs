namespace Coppice.Client.Tests;

public sealed class BackoffTests
{
    private static readonly Backoff Restarts = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(300));

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(5, 160)]
    [InlineData(6, 300)]
    [InlineData(int.MaxValue, 300)]
    public void Pauses_double_up_to_the_longest(int failures, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Restarts.After(failures));

    [Fact]
    public void One_pause_leads_to_the_next()
    {
        var pause = TimeSpan.Zero;
        for (var failures = 1; failures <= 9; failures++)
        {
            pause = Restarts.Next(pause);
            Assert.Equal(Restarts.After(failures), pause);
        }
    }
}
