namespace Coppice.Testing;

/// <summary>
/// The bounds of waiting. They only end a test that would wait for ever: how fast something is, benchmarks show, and a machine that
/// runs other things beside the tests is allowed to be slow.
/// </summary>
public static class Bounds
{
    /// <summary>For anything that should come about by itself.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
}
