namespace Coppice.Node.Runtime.Containerd;

public enum RuntimeAvailability
{
    /// <summary>Not yet, for the first time.</summary>
    Starting,

    /// <summary>It answers; containers can be made.</summary>
    Ready,

    /// <summary>It answered before and does not now. Containers go on running meanwhile.</summary>
    Lost,

    /// <summary>We stopped it.</summary>
    Stopped,
}
