using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks.Laws;

/// <summary>What must be true of every write, whatever happens. Told of each in turn, with the world as it was then.</summary>
internal interface ILaw
{
    /// <exception cref="InvalidOperationException">It was broken; says how.</exception>
    void Look(Write write);

    /// <summary>That was all of the moment.</summary>
    /// <exception cref="InvalidOperationException">It was broken; says how.</exception>
    void Conclude()
    {
    }
}
