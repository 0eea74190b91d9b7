namespace Coppice.Composition;

/// <summary>A step of a server's start.</summary>
internal enum StartStep
{
    /// <summary>What was defined is known, and followed.</summary>
    Definitions,

    /// <summary>Requests are sorted, judged, and led to others where others serve them; discovery and descriptions tell of all.</summary>
    Serving,

    Namespaces,
    PriorityClasses,
    Roles,

    /// <summary>How clients sign in is published.</summary>
    Authentication,

    /// <summary>There are flow schemas and priority levels.</summary>
    Flows,

    ServiceRange,

    /// <summary>The API is behind a service of the cluster.</summary>
    ApiService,

    /// <summary>What works by itself has begun.</summary>
    Loops,
}
