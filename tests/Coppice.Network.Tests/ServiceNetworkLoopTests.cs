using Coppice.Network.Nftables;
using Coppice.Network.Translation;
using Coppice.Testing;
using Microsoft.Extensions.Logging;

namespace Coppice.Network.Tests;

/// <summary>The loop by itself, with rules that only say what became of them.</summary>
public sealed class ServiceNetworkLoopTests
{
    private static readonly NetworkOptions Options = new() { NodeName = "node", CniConfigurationDirectory = "", CniDataDirectory = "", RuleAuditInterval = TimeSpan.FromHours(1) };

    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly TestRules _rules = new();
    private readonly Lines _log = new();
    private readonly List<RuleWarning> _told = [];

    [Fact]
    public void What_is_not_yet_known_is_looked_at_again_without_anybody_saying_so()
    {
        NetworkObjects? world = null;
        Start(() => world);
        Assert.Equal(0, _rules.Applied);

        world = new NetworkObjects([], [], [], []);
        _loop.RunFor(TimeSpan.FromSeconds(1.1));
        Assert.Equal(1, _rules.Applied);
    }

    [Fact]
    public void A_kernel_that_refuses_is_asked_once_a_second_however_much_changes_and_told_of_once()
    {
        var loop = Start(() => new NetworkObjects([], [], [], []));
        _rules.Failure = new RulesException("The service rules could not be applied: no memory.");
        for (var tenth = 0; tenth < 100; tenth++)
        {
            _loop.Start(() =>
            {
                loop.Wake();
                return Task.CompletedTask;
            });
            _loop.RunFor(TimeSpan.FromSeconds(0.1));
        }

        Assert.InRange(_rules.Tries, 9, 12);
        _rules.Failure = null;
        _loop.RunFor(TimeSpan.FromSeconds(1.1));
        Assert.Equal(
            ["Error: nftables: sync of the service rules failed, retried every 1 s: The service rules could not be applied: no memory.", "Information: nftables: the service rules are in sync again"],
            _log.All);
    }

    [Fact]
    public void A_fault_of_ours_does_not_end_the_service_network()
    {
        var isBroken = true;
        Start(() => isBroken ? throw new InvalidOperationException("a fault") : new NetworkObjects([], [], [], []));
        _loop.RunFor(TimeSpan.FromSeconds(5));
        isBroken = false;
        _loop.RunFor(TimeSpan.FromSeconds(1.1));

        Assert.Equal(1, _rules.Applied);
    }

    [Fact]
    public void What_is_left_out_is_told_once_until_it_is_in_and_out_again()
    {
        var warning = new RuleWarning(new RuleOwner("Service", "default", "web"), "Refused", "The kernel does not take its rules: no");
        var loop = Start(() => new NetworkObjects([], [], [], []));
        foreach (var refused in new RuleWarning[][] { [warning], [warning], [], [warning] })
        {
            _rules.Refused = refused;
            Wake(loop.Wake);
        }

        Assert.Equal([warning, warning], _told);
        Assert.Equal(2, _log.All.Count(line => line.Contains("Service default/web")));
    }

    [Fact]
    public void A_program_that_changes_the_rules_without_end_is_answered_at_a_bounded_pace()
    {
        Start(() => new NetworkObjects([], [], [], []));
        _rules.IsTamperedWith = true;
        for (var tenth = 0; tenth < 600; tenth++)
        {
            Wake(() => _rules.Changed());
            if (tenth == 2)
            {
                Assert.Equal(3, _rules.Restored);
            }

            _loop.RunFor(TimeSpan.FromSeconds(0.1));
        }

        Assert.InRange(_rules.Restored, 55, 75);
    }

    private void Wake(Action how)
    {
        _loop.Start(() =>
        {
            how();
            return Task.CompletedTask;
        });
        _loop.RunUntilIdle();
    }

    private ServiceNetworkLoop Start(Func<NetworkObjects?> observe)
    {
        var loop = new ServiceNetworkLoop(observe, _rules, _ => { }, Options, _loop.Time, new NetworkJournal(_log, _told.Add));
        _loop.Start(() => loop.RunAsync(CancellationToken.None));
        _loop.RunUntilIdle();
        return loop;
    }

    private sealed class TestRules : IServiceRules
    {
        public int Tries { get; private set; }

        public int Applied { get; private set; }

        public RulesException? Failure { get; set; }

        public IReadOnlyList<RuleWarning> Refused { get; set; } = [];

        public bool IsTamperedWith { get; set; }

        public int Restored { get; private set; }

        public Action Changed { get; private set; } = () => { };

        public ValueTask<IReadOnlyList<RuleWarning>> ApplyAsync(NftTable desired, CancellationToken stop)
        {
            Tries++;
            if (Failure is { } failure)
            {
                throw failure;
            }

            Applied++;
            return ValueTask.FromResult(Refused);
        }

        public ValueTask<string?> RestoreAsync(CancellationToken stop)
        {
            Restored++;
            return ValueTask.FromResult<string?>(IsTamperedWith ? "changed by nft" : null);
        }

        public Task WatchAsync(Action changed, CancellationToken stop)
        {
            Changed = changed;
            return Task.CompletedTask;
        }

        public ValueTask RemoveAsync(CancellationToken stop) => ValueTask.CompletedTask;
    }

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
