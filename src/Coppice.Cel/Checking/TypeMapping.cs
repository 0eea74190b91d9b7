using Coppice.Cel.Types;

namespace Coppice.Cel.Checking;

/// <summary>
/// What is known of type parameters so far, and whether a value of one type may stand where another is asked for. An attempt that fails
/// leaves nothing behind.
/// </summary>
internal sealed class TypeMapping
{
    private Dictionary<string, CelType> _known = new(StringComparer.Ordinal);

    private int _made;

    /// <summary>A parameter of its own, to be found out.</summary>
    public CelType NewParameter() => CelType.Parameter($"_var{_made++}");

    /// <summary>True if values of the second type may stand where the first is asked for; what this says of parameters is then known.</summary>
    public bool Assign(CelType to, CelType from)
    {
        var before = new Dictionary<string, CelType>(_known, StringComparer.Ordinal);
        var assigned = IsAssignable(to, from);
        _known = assigned ? _known : before;
        return assigned;
    }

    /// <summary>The same for all of several.</summary>
    public bool Assign(IReadOnlyList<CelType> to, IReadOnlyList<CelType> from)
    {
        var before = new Dictionary<string, CelType>(_known, StringComparer.Ordinal);
        var assigned = AreAssignable(to, from);
        _known = assigned ? _known : before;
        return assigned;
    }

    /// <summary>The type with what is known put in.</summary>
    /// <param name="unknownIsDyn">What is not known any more will not be: it is found out when the expression is evaluated.</param>
    public CelType Substitute(CelType type, bool unknownIsDyn = false)
    {
        if (type.Kind == CelKind.Parameter)
        {
            return _known.TryGetValue(type.Name, out var known) ? Substitute(known, unknownIsDyn) : unknownIsDyn ? CelType.Dyn : type;
        }

        return type.Parameters.Count == 0 ? type : type.With([.. type.Parameters.Select(p => Substitute(p, unknownIsDyn))]);
    }

    /// <summary>An overload's type with parameters of this call's own.</summary>
    public (IReadOnlyList<CelType> Arguments, CelType Result) Instantiate(Overload overload)
    {
        if (!overload.IsGeneric)
        {
            return (overload.Arguments, overload.Result);
        }

        var own = new Dictionary<string, CelType>(StringComparer.Ordinal);
        return ([.. overload.Arguments.Select(Rename)], Rename(overload.Result));

        CelType Rename(CelType type) => type.Kind == CelKind.Parameter
            ? own.TryGetValue(type.Name, out var known) ? known : own[type.Name] = NewParameter()
            : type.Parameters.Count == 0 ? type : type.With([.. type.Parameters.Select(Rename)]);
    }

    /// <summary>The one of two types that says less.</summary>
    public static CelType MostGeneral(CelType first, CelType second) => IsEqualOrLessSpecific(first, second) ? first : second;

    private static bool IsEqualOrLessSpecific(CelType first, CelType second) =>
        first.Kind is CelKind.Dyn or CelKind.Parameter
        || (second.Kind is not (CelKind.Dyn or CelKind.Parameter)
            && first.Kind == second.Kind
            && (first.Kind == CelKind.Type
                || (first.Name == second.Name
                    && first.Parameters.Count == second.Parameters.Count
                    && first.Parameters.Zip(second.Parameters).All(pair => IsEqualOrLessSpecific(pair.First, pair.Second)))));

    private bool AreAssignable(IReadOnlyList<CelType> to, IReadOnlyList<CelType> from) =>
        to.Count == from.Count && to.Zip(from).All(pair => IsAssignable(pair.First, pair.Second));

    private bool IsAssignable(CelType to, CelType from)
    {
        if (from.Kind == CelKind.Parameter)
        {
            var (valid, known) = Bind(from, to);
            if (valid || known)
            {
                return valid;
            }
        }

        if (to.Kind == CelKind.Parameter)
        {
            return Bind(to, from).Valid;
        }

        if (to.IsDynOrError || from.IsDynOrError)
        {
            return true;
        }

        if (to.Kind == CelKind.Null || from.Kind == CelKind.Null)
        {
            return MayBeNull(to.Kind == CelKind.Null ? from : to);
        }

        return to.Kind == from.Kind && (to.Kind == CelKind.Type || (to.Name == from.Name && AreAssignable(to.Parameters, from.Parameters)));
    }

    private static bool MayBeNull(CelType type) => type.Kind is CelKind.Null or CelKind.Opaque or CelKind.Duration or CelKind.Timestamp or CelKind.Object;

    /// <returns>Whether the type can be the parameter's, and whether something was known of the parameter before.</returns>
    private (bool Valid, bool Known) Bind(CelType parameter, CelType type)
    {
        if (type.Is(parameter))
        {
            return (true, true);
        }

        if (!_known.TryGetValue(parameter.Name, out var known))
        {
            var free = !Mentions(type, parameter);
            if (free)
            {
                _known[parameter.Name] = type;
            }

            return (free, false);
        }

        if (type.Is(known))
        {
            return (true, true);
        }

        if (!IsAssignable(type, known))
        {
            return (false, true);
        }

        var general = MostGeneral(type, known);
        if (!Mentions(general, parameter))
        {
            _known[parameter.Name] = general;
        }

        return (true, true);
    }

    private bool Mentions(CelType type, CelType parameter) => type.Kind == CelKind.Parameter
        ? type.Name == parameter.Name || (_known.TryGetValue(type.Name, out var known) && Mentions(known, parameter))
        : type.Parameters.Any(p => Mentions(p, parameter));
}
