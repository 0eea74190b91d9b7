using Coppice.Objects.Core;

namespace Coppice.Objects;

/// <summary>Amounts of resources that are added up, by name.</summary>
internal sealed class ResourceSum
{
    private readonly Dictionary<string, Quantity> _amounts = new(StringComparer.Ordinal);

    /// <summary>
    /// What a pod's containers come to at its worst moment: all of them together, or the init containers one after the other, each beside
    /// the sidecars that were started before it, if that is more.
    /// </summary>
    public ResourceSum AddContainers(PodSpec spec, Func<Container, ValueMap<Quantity>> amountsOf)
    {
        var running = new ResourceSum();
        foreach (var container in spec.InitContainers)
        {
            var amounts = amountsOf(container);
            if (container.RestartPolicy == ContainerRestartPolicy.Always)
            {
                Raise(running.Add(amounts)._amounts);
            }
            else
            {
                Raise(new ResourceSum().Add(running._amounts).Add(amounts)._amounts);
            }
        }

        foreach (var container in spec.Containers)
        {
            running.Add(amountsOf(container));
        }

        return Raise(running._amounts);
    }

    public ResourceSum Add(IEnumerable<KeyValuePair<string, Quantity>> amounts)
    {
        foreach (var (name, amount) in amounts)
        {
            _amounts[name] = _amounts.GetValueOrDefault(name) + amount;
        }

        return this;
    }

    /// <summary>To the greater of the two.</summary>
    public ResourceSum Raise(IEnumerable<KeyValuePair<string, Quantity>> amounts)
    {
        foreach (var (name, amount) in amounts)
        {
            if (!_amounts.TryGetValue(name, out var before) || amount > before)
            {
                _amounts[name] = amount;
            }
        }

        return this;
    }

    public ResourceSum Replace(IEnumerable<KeyValuePair<string, Quantity>> amounts)
    {
        foreach (var (name, amount) in amounts)
        {
            _amounts[name] = amount;
        }

        return this;
    }

    public ValueMap<Quantity> ToValueMap() => _amounts.ToValueMap();
}
