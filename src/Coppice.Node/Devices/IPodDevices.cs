using Coppice.Node.Devices.Cdi;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Devices;

/// <summary>The devices that pods claim, made ready by their drivers.</summary>
public interface IPodDevices
{
    /// <summary>Has the drivers make the devices of a pod's claims ready. Doing it again changes nothing.</summary>
    /// <exception cref="DevicesNotReadyException">One of them is not to be had yet.</exception>
    ValueTask PrepareAsync(Pod pod, CancellationToken stop);

    /// <summary>What one container of the pod gets by the claims that it names.</summary>
    /// <exception cref="UnresolvableDevicesException">What a driver named is nowhere to be found.</exception>
    ContainerEdits EditsOf(Pod pod, Container container);

    /// <summary>Has the drivers let go of what no other pod here uses. What is gone already is no failure.</summary>
    /// <exception cref="DevicesNotReadyException">A driver could not, or is away; try again later.</exception>
    ValueTask UnprepareAsync(Pod pod, CancellationToken stop);
}

/// <summary>Of a machine without drivers: a pod without claims needs none.</summary>
public sealed class NoPodDevices : IPodDevices
{
    public static readonly NoPodDevices Instance = new();

    private NoPodDevices()
    {
    }

    public ValueTask PrepareAsync(Pod pod, CancellationToken stop) =>
        !DeviceClaims.HasAny(pod) ? ValueTask.CompletedTask : throw new DevicesNotReadyException("this node has no drivers of devices");

    public ContainerEdits EditsOf(Pod pod, Container container) => ContainerEdits.None;

    public ValueTask UnprepareAsync(Pod pod, CancellationToken stop) => ValueTask.CompletedTask;
}

/// <summary>Devices could not be made ready, or let go of; the message is Kubernetes'.</summary>
public sealed class DevicesNotReadyException(string message, Exception? inner = null) : Exception(message, inner);
