using Coppice.Cel.Values;

namespace Coppice.Cel.Evaluation;

/// <summary>What an expression's variables stand for in one evaluation.</summary>
public interface IActivation
{
    /// <returns>Null if the variable has no value.</returns>
    CelValue? Find(string name);
}

/// <summary>Variables by their names.</summary>
public sealed class Activation(IReadOnlyDictionary<string, CelValue> variables) : IActivation
{
    public CelValue? Find(string name) => variables.GetValueOrDefault(name);
}

/// <summary>One evaluation: the variables, those of comprehensions, and what it has cost so far.</summary>
internal sealed class Frame(IActivation activation, int locals, ulong costMax)
{
    public IActivation Activation { get; } = activation;

    /// <summary>The comprehensions' variables and accumulators, each in a place of its own.</summary>
    public CelValue[] Locals { get; } = locals == 0 ? [] : new CelValue[locals];

    public ulong Cost { get; private set; }

    /// <exception cref="CostExceededException">It has cost more than it may.</exception>
    public void Charge(ulong cost)
    {
        Cost = Cost + cost < Cost ? ulong.MaxValue : Cost + cost;
        if (Cost > costMax)
        {
            throw new CostExceededException();
        }
    }
}

/// <summary>
/// An evaluation is given up, from however deep: an error value would not do, as the logical operators go on past those. It never
/// leaves <see cref="CompiledExpression"/>.
/// </summary>
internal sealed class CostExceededException : Exception;
