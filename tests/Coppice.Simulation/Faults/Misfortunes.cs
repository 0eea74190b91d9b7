using Coppice.Node.LocalVolumes;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Faults;

/// <summary>What goes wrong in a cluster by nobody's will. What lasts is taken back after a while.</summary>
internal sealed class Misfortunes(SimulatedCluster cluster, Chronicle chronicle, Random random)
{
    public void KillContainer()
    {
        if (DrawContainer() is var (machine, container))
        {
            var code = Draw([0, 1, 137, 255]);
            chronicle.Note($"ends a container of {container.Pod.Name} with {code}");
            cluster.Happen(() => machine.Runtime.Kill(container.Id, code));
        }
    }

    public void Deafen()
    {
        if (DrawContainer() is var (machine, container))
        {
            chronicle.Note($"makes a container of {container.Pod.Name} answer no probe");
            machine.Runtime.SetAnswers(container.Id, false);
            chronicle.After(5, 90, $"lets the container of {container.Pod.Name} answer again", () => machine.Runtime.SetAnswers(container.Id, null));
        }
    }

    public void KillSandbox()
    {
        var machine = Draw(cluster.Machines);
        if (machine.Held().Sandboxes.Where(s => s.State == SandboxState.Ready).ToList() is { Count: > 0 } sandboxes)
        {
            var sandbox = Draw(sandboxes);
            chronicle.Note($"ends the sandbox of {sandbox.Pod.Name}");
            cluster.Happen(() => machine.Runtime.KillSandbox(sandbox.Id));
        }
    }

    public void FailRuntimeVerbs()
    {
        var machine = Draw(cluster.Machines);
        var chances = new Random(random.Next());
        var share = random.NextDouble() * 0.7;
        chronicle.Note($"makes {share:P0} of the runtime's verbs on {machine.Name} fail");
        machine.Runtime.Fault = (verb, subject) =>
            verb != RuntimeVerb.List && chances.NextDouble() < share ? new RuntimeException($"injected fault of {verb} {subject}") : null;
        chronicle.After(10, 120, $"the runtime on {machine.Name} works again", () => machine.Runtime.Fault = null);
    }

    public void LoseEvents()
    {
        var machine = Draw(cluster.Machines);
        chronicle.Note($"loses the runtime's events on {machine.Name}");
        machine.Runtime.LosesEvents = true;
        chronicle.After(10, 300, $"events on {machine.Name} arrive again", () => machine.Runtime.LosesEvents = false);
    }

    public void CrashRuntime()
    {
        var machine = Draw(cluster.Machines);
        chronicle.Note($"crashes the runtime on {machine.Name}");
        cluster.Happen(machine.Runtime.Crash);
        chronicle.After(1, 60, $"the runtime on {machine.Name} is back", () =>
        {
            if (machine.HasPower)
            {
                machine.Runtime.Revive();
            }
        });
    }

    public void RestartAgent()
    {
        var machine = Draw(cluster.Machines);
        if (!machine.IsOn)
        {
            return;
        }

        chronicle.Note($"stops the agent of {machine.Name}");
        machine.Stop();
        chronicle.After(0, 30, $"starts the agent of {machine.Name}", () =>
        {
            if (machine is { HasPower: true, IsOn: false })
            {
                machine.Start();
            }
        });
    }

    /// <summary>For a moment, or for so long that its pods are made elsewhere.</summary>
    public void PowerOff()
    {
        var machine = Draw(cluster.Machines);
        if (!machine.HasPower)
        {
            return;
        }

        chronicle.Note($"takes the power from {machine.Name}");
        machine.PowerOff();
        chronicle.After(5, random.Next(3) == 0 ? 60 : 1200, $"{machine.Name} has power again", machine.PowerOn);
    }

    public void KillServer()
    {
        chronicle.Note("kills the server");
        cluster.KillServer();
        chronicle.After(1, random.Next(3) == 0 ? 300 : 20, "starts the server", cluster.StartServer);
    }

    /// <summary>Every kind of failure for the nodes; for what runs in the server's process, all but lost answers.</summary>
    public void FailRequests()
    {
        var chances = new Random(random.Next());
        var share = random.NextDouble() * 0.3;
        chronicle.Note($"makes {share:P0} of the requests to the API fail");
        cluster.Api.Fault = (verb, component) =>
        {
            if (chances.NextDouble() >= share)
            {
                return RequestFault.None;
            }

            var isRemote = component.StartsWith("system:node:", StringComparison.Ordinal) || component.EndsWith(LocalProvisioner.Account, StringComparison.Ordinal);
            return chances.Next(3) switch
            {
                0 when verb == "update" => RequestFault.Conflict,
                1 when isRemote => RequestFault.AnswerLost,
                _ => RequestFault.Refused,
            };
        };
        chronicle.After(5, 120, "the API answers well again", () =>
        {
            cluster.Api.Fault = null;
            cluster.Blur();
        });
    }

    public void ForgetHistory()
    {
        chronicle.Note("compacts the store's history and breaks every watch off");
        cluster.ForgetHistory();
    }

    public void BreakRules()
    {
        chronicle.Note("lets the kernel take no service rules");
        cluster.Rules.IsBroken = true;
        chronicle.After(5, 120, "the kernel takes service rules again", () => cluster.Rules.IsBroken = false);
    }

    private (SimulatedMachine Machine, ContainerRecord Container)? DrawContainer()
    {
        var machine = Draw(cluster.Machines);
        return machine.Held().Containers.Where(c => c.State == ContainerRunState.Running).ToList() is { Count: > 0 } running ? (machine, Draw(running)) : null;
    }

    private T Draw<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
