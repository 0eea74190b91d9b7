using Coppice.Client;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Simulation.World;
using ContainerState = Coppice.Node.Runtime.ContainerState;

namespace Coppice.Simulation.Faults;

/// <summary>What users and misfortune do to a cluster, drawn from its seed.</summary>
internal sealed class Acts(SimulatedCluster cluster)
{
    private static readonly string[] Names = ["anna", "bert", "cleo", "dora"];

    private readonly List<(DateTimeOffset At, Action Undo)> _undo = [];
    private readonly Random _random = new(cluster.Random.Next());

    /// <summary>What was done, in words.</summary>
    public List<string> Done { get; } = [];

    public void DoOne()
    {
        UndoDue(cluster.Loop.Time.GetUtcNow());
        Action act = _random.Next(100) switch
        {
            < 18 => Deploy,
            < 30 => Scale,
            < 42 => ChangeImage,
            < 47 => DeleteDeployment,
            < 60 => KillContainer,
            < 70 => Deafen,
            < 75 => KillSandbox,
            < 84 => DeletePod,
            < 89 => FailRuntimeVerbs,
            < 91 => LoseEvents,
            < 94 => CrashRuntime,
            < 97 => RestartAgent,
            _ => Cordon,
        };
        act();
    }

    /// <summary>Takes every misfortune back, and every bad image.</summary>
    public void Heal()
    {
        UndoDue(DateTimeOffset.MaxValue);
        foreach (var deployment in cluster.Caches.Deployments.Cache.Items)
        {
            if (Registry.Bad.Contains(Applications.ImageOf(deployment)))
            {
                Note($"gives {deployment.Metadata.Name} a good image");
                cluster.Change<Deployment>(Applications.Key(deployment.Metadata.Name!), d => d.WithImage(Registry.Good[0]));
            }
        }
    }

    private void Deploy()
    {
        var name = Draw(Names);
        if (cluster.Caches.Deployments.Cache.Find(Applications.Key(name)) is not null)
        {
            return;
        }

        var deployment = Applications.Deployment(name, _random.Next(1, 6), Draw(Registry.Good), _random);
        Note($"deploys {name}: {deployment.Spec.Replicas} × {Applications.ImageOf(deployment)}");
        cluster.Do(api => api.CreateAsync(deployment, default));
        if (cluster.Caches.Services.Cache.Find(Applications.Key(name)) is null)
        {
            cluster.Do(api => api.CreateAsync(Applications.Service(name), default));
        }
    }

    private void Scale()
    {
        if (DrawDeployment() is { } name)
        {
            var replicas = _random.Next(0, 8);
            Note($"scales {name} to {replicas}");
            cluster.Change<Deployment>(Applications.Key(name), d => d with { Spec = d.Spec with { Replicas = replicas } });
        }
    }

    private void ChangeImage()
    {
        if (DrawDeployment() is { } name)
        {
            var image = Draw(_random.Next(3) == 0 ? Registry.Bad : Registry.Good);
            Note($"rolls {name} out to {image}");
            cluster.Change<Deployment>(Applications.Key(name), d => d.WithImage(image));
        }
    }

    private void DeleteDeployment()
    {
        if (DrawDeployment() is { } name)
        {
            var policy = Draw(["Background", "Foreground"]);
            Note($"deletes {name} ({policy})");
            cluster.Do(api => api.DeleteAsync<Deployment>(Applications.Key(name), new() { PropagationPolicy = policy }, default));
        }
    }

    private void DeletePod()
    {
        var pods = cluster.Caches.Pods.Cache.Items;
        if (pods.Count > 0)
        {
            var pod = Draw(pods);
            var grace = _random.Next(4) == 0 ? 0L : (long?)null;
            Note($"deletes pod {pod.Metadata.Name} (grace {grace})");
            cluster.Do(async api =>
            {
                try
                {
                    await api.DeleteAsync<Pod>(new("default", pod.Metadata.Name!), new() { GracePeriodSeconds = grace }, default);
                }
                catch (ApiException e) when (e.IsNotFound)
                {
                    // It went by itself meanwhile.
                }
            });
        }
    }

    private void KillContainer()
    {
        if (DrawContainer() is var (machine, container))
        {
            var code = Draw([0, 1, 137, 255]);
            Note($"ends a container of {container.Pod.Name} with {code}");
            cluster.Loop.Start(() =>
            {
                machine.Runtime.Kill(container.Id, code);
                return Task.CompletedTask;
            });
        }
    }

    private void Deafen()
    {
        if (DrawContainer() is var (machine, container))
        {
            Note($"makes a container of {container.Pod.Name} answer no probe");
            machine.Runtime.SetAnswers(container.Id, false);
            After(5, 90, $"lets the container of {container.Pod.Name} answer again", () => machine.Runtime.SetAnswers(container.Id, null));
        }
    }

    private void KillSandbox()
    {
        var machine = Draw(cluster.Machines);
        var sandboxes = machine.Held().Sandboxes.Where(s => s.State == SandboxState.Ready).ToList();
        if (sandboxes.Count > 0)
        {
            var sandbox = Draw(sandboxes);
            Note($"ends the sandbox of {sandbox.Pod.Name}");
            cluster.Loop.Start(() =>
            {
                machine.Runtime.KillSandbox(sandbox.Id);
                return Task.CompletedTask;
            });
        }
    }

    private void FailRuntimeVerbs()
    {
        var machine = Draw(cluster.Machines);
        var chances = new Random(_random.Next());
        var share = _random.NextDouble() * 0.7;
        Note($"makes {share:P0} of the runtime's verbs on {machine.Name} fail");
        machine.Runtime.Fault = (verb, subject) =>
            verb != RuntimeVerb.List && chances.NextDouble() < share ? new RuntimeException($"injected fault of {verb} {subject}") : null;
        After(10, 120, $"the runtime on {machine.Name} works again", () => machine.Runtime.Fault = null);
    }

    private void LoseEvents()
    {
        var machine = Draw(cluster.Machines);
        Note($"loses the runtime's events on {machine.Name}");
        machine.Runtime.LosesEvents = true;
        After(10, 300, $"events on {machine.Name} arrive again", () => machine.Runtime.LosesEvents = false);
    }

    private void CrashRuntime()
    {
        var machine = Draw(cluster.Machines);
        Note($"crashes the runtime on {machine.Name}");
        cluster.Loop.Start(() =>
        {
            machine.Runtime.Crash();
            return Task.CompletedTask;
        });
        After(1, 60, $"the runtime on {machine.Name} is back", machine.Runtime.Revive);
    }

    private void RestartAgent()
    {
        var machine = Draw(cluster.Machines);
        if (machine.IsOn)
        {
            Note($"stops the agent of {machine.Name}");
            machine.Stop();
            After(0, 30, $"starts the agent of {machine.Name}", machine.Start);
        }
    }

    private void Cordon()
    {
        var machine = Draw(cluster.Machines);
        Note($"cordons {machine.Name}");
        SetUnschedulable(true);
        After(10, 300, $"uncordons {machine.Name}", () => SetUnschedulable(false));

        void SetUnschedulable(bool value) =>
            cluster.Change<Objects.Core.Node>(new("", machine.Name), n => n with { Spec = n.Spec with { Unschedulable = value } });
    }

    private void After(int leastSeconds, int mostSeconds, string what, Action undo) =>
        _undo.Add((cluster.Loop.Time.GetUtcNow() + TimeSpan.FromSeconds(_random.Next(leastSeconds, mostSeconds)), () =>
        {
            Note(what);
            undo();
        }));

    private void UndoDue(DateTimeOffset now)
    {
        foreach (var due in _undo.Where(u => u.At <= now).OrderBy(u => u.At).ToList())
        {
            _undo.Remove(due);
            due.Undo();
        }
    }

    private string? DrawDeployment() =>
        cluster.Caches.Deployments.Cache.Items.Where(d => d.Metadata.DeletionTimestamp is null).ToList() is { Count: > 0 } all ? Draw(all).Metadata.Name : null;

    private (SimulatedMachine Machine, ContainerRecord Container)? DrawContainer()
    {
        var machine = Draw(cluster.Machines);
        return machine.Held().Containers.Where(c => c.State == ContainerState.Running).ToList() is { Count: > 0 } running ? (machine, Draw(running)) : null;
    }

    private T Draw<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private void Note(string what) => Done.Add($"{cluster.Loop.Time.GetUtcNow():HH:mm:ss.fff} {what}");
}
