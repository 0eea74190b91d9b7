using Coppice.Network.Rules;
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

    [Fact]
    public void What_is_not_yet_known_is_looked_at_again_without_anybody_saying_so()
    {
        NetworkWorld? world = null;
        Start(() => world);
        Assert.Equal(0, _rules.Applied);

        world = new NetworkWorld([], [], [], []);
        _loop.RunFor(TimeSpan.FromSeconds(1.1));
        Assert.Equal(1, _rules.Applied);
    }

    [Fact]
    public void A_kernel_that_refuses_is_asked_once_a_second_however_much_changes_and_told_of_once()
    {
        var loop = Start(() => new NetworkWorld([], [], [], []));
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
            ["Error: The service rules could not be applied: no memory. It is tried again every 1 s", "Information: The service rules are up to date again"],
            _log.All);
    }

    [Fact]
    public void A_fault_of_ours_does_not_end_the_service_network()
    {
        var isBroken = true;
        Start(() => isBroken ? throw new InvalidOperationException("a fault") : new NetworkWorld([], [], [], []));
        _loop.RunFor(TimeSpan.FromSeconds(5));
        isBroken = false;
        _loop.RunFor(TimeSpan.FromSeconds(1.1));

        Assert.Equal(1, _rules.Applied);
    }

    private ServiceNetworkLoop Start(Func<NetworkWorld?> observe)
    {
        var loop = new ServiceNetworkLoop(observe, _rules, _ => { }, Options, _loop.Time, _log);
        _loop.Start(() => loop.RunAsync(CancellationToken.None));
        _loop.RunUntilIdle();
        return loop;
    }

    private sealed class TestRules : IServiceRules
    {
        public int Tries { get; private set; }

        public int Applied { get; private set; }

        public RulesException? Failure { get; set; }

        public ValueTask ApplyAsync(Ruleset desired, CancellationToken stop)
        {
            Tries++;
            if (Failure is { } failure)
            {
                throw failure;
            }

            Applied++;
            return ValueTask.CompletedTask;
        }

        public ValueTask<bool> RestoreAsync(CancellationToken stop) => ValueTask.FromResult(false);

        public ValueTask RemoveAsync(CancellationToken stop) => ValueTask.CompletedTask;
    }

    private sealed class Lines : ILogger<ServiceNetworkLoop>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
