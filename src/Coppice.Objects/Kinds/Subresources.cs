namespace Coppice.Objects;

/// <summary>The further doors of a resource.</summary>
[Flags]
public enum Subresources
{
    None = 0,
    Status = 1,
    Scale = 2,

    /// <summary>Log, exec, attach, port-forward, binding, eviction, ephemeral containers.</summary>
    Pod = 4,

    /// <summary>The namespace controller's own way to let go of a namespace.</summary>
    Finalize = 8,

    /// <summary>Tokens of a service account.</summary>
    Token = 16,

    /// <summary>The way through the API server to what serves HTTP.</summary>
    Proxy = 32,
}
