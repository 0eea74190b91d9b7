using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;

namespace Coppice.Contracts.Runtimes;

public sealed class SimulatedRuntimeTests() : ContainerRuntimeContract(new SimulatedUnderTest());

internal sealed class SimulatedUnderTest : IRuntimeUnderTest
{
    private readonly SimulatedImages _images = new(SimulatedOptions.Instant, TimeProvider.System, new Random(1));

    public SimulatedUnderTest()
    {
        Runtime = new SimulatedRuntime(_images, SimulatedOptions.Instant, TimeProvider.System, new Random(1));
        Sleeps = Program("sleeps", new SimulatedProgram { Commands = Run });
        IgnoresTermination = Program("ignores", new SimulatedProgram { TerminatesWithin = null });
        EatsMemory = Program("eats", new SimulatedProgram { MemoryBytes = 1L << 30 });
    }

    public IContainerRuntime Runtime { get; }

    public IImageService Images => _images;

    public string LogDirectory => "/simulated";

    public string CgroupParent => "";

    public TestProgram Sleeps { get; }

    public TestProgram IgnoresTermination { get; }

    public TestProgram EatsMemory { get; }

    public IReadOnlyList<string> SpeakingCommand => ["speak"];

    public IReadOnlyList<string> EndlessCommand => ["endless"];

    public TestProgram ExitsWith(int code) => Program($"exits-{code}", SimulatedProgram.Exits(code, TimeSpan.FromMilliseconds(5)));

    private static SimulatedCommand Run(IReadOnlyList<string> command) =>
        command[0] == "speak" ? new(default, new CommandResult(7, "out\n", "err\n")) : new(TimeSpan.FromDays(1), new CommandResult(0, "", ""));

    private TestProgram Program(string name, SimulatedProgram program)
    {
        var image = new SimulatedImage($"coppice.local/{name}:1", program);
        _images.Publish(image, onNode: true);
        return new TestProgram(image.Name, [], []);
    }
}
