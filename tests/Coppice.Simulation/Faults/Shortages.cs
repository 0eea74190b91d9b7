using Coppice.Node.Runtime;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Faults;

/// <summary>What the cluster stands on and cannot have for a while: room on the disk, volumes, images.</summary>
internal sealed class Shortages(SimulatedCluster cluster, Chronicle chronicle, Random random)
{
    /// <summary>Whatever is written is refused; what is there is read and watched as ever.</summary>
    public void FillDisk()
    {
        chronicle.Note("fills the store's disk");
        cluster.Disk.IsFull = true;
        chronicle.After(2, random.Next(3) == 0 ? 900 : 90, "the store's disk has room again", () =>
        {
            cluster.Disk.IsFull = false;
            cluster.Blur();
        });
    }

    /// <summary>A machine says that it has hardly any room, and gets no more pods.</summary>
    public void FillMachine()
    {
        var machine = Draw();
        chronicle.Note($"fills the disk of {machine.Name}");
        machine.IsShortOfDisk = true;
        chronicle.After(10, 600, $"{machine.Name} has room on its disk again", () => machine.IsShortOfDisk = false);
    }

    /// <summary>No pod's volumes can be made, nor let go of.</summary>
    public void BreakVolumes()
    {
        var machine = Draw();
        chronicle.Note($"lets volumes be neither made nor removed on {machine.Name}");
        machine.HostResources.IsBroken = true;
        chronicle.After(5, 300, $"volumes can be made on {machine.Name} again", () => machine.HostResources.IsBroken = false);
    }

    public void SlowVolumes()
    {
        var machine = Draw();
        var takes = TimeSpan.FromSeconds(random.Next(1, 60));
        chronicle.Note($"makes volumes on {machine.Name} take {takes.TotalSeconds} s");
        machine.HostResources.VolumesTake = takes;
        chronicle.After(5, 300, $"volumes are quick on {machine.Name} again", () => machine.HostResources.VolumesTake = TimeSpan.Zero);
    }

    /// <summary>The node's images are lost, and none of them can be had.</summary>
    public void LoseImages()
    {
        var machine = Draw();
        chronicle.Note($"cuts {machine.Name} off from its registry, and its images are lost");
        machine.Images.Fault = (_, image) => new RuntimeException($"failed to pull {image}: injected fault");
        RemoveImages(machine);
        chronicle.After(10, 900, $"{machine.Name} has its registry again", () => machine.Images.Fault = null);
    }

    /// <summary>A pull now and then succeeds, and what was pulled is removed behind the node's back.</summary>
    public void FailPulls()
    {
        var machine = Draw();
        var chances = new Random(random.Next());
        var share = random.NextDouble();
        chronicle.Note($"makes {share:P0} of the pulls on {machine.Name} fail, and removes its images");
        machine.Images.Fault = (_, image) => chances.NextDouble() < share ? new RuntimeException($"failed to pull {image}: injected fault") : null;
        RemoveImages(machine);
        chronicle.After(10, 300, $"pulls on {machine.Name} succeed again", () => machine.Images.Fault = null);
    }

    private void RemoveImages(SimulatedMachine machine)
    {
        foreach (var image in cluster.Loop.Await(() => machine.Images.ListAsync(default).AsTask()))
        {
            cluster.Loop.Await(() => machine.Images.RemoveAsync(image.Id, default).AsTask());
        }
    }

    private SimulatedMachine Draw() => cluster.Machines[random.Next(cluster.Machines.Count)];
}
