using Coppice.Cel.Values;

namespace Coppice.Cel.Types;

/// <summary>What a function does. It is given no errors, and answers one if it can't do it.</summary>
public delegate CelValue FunctionBody(ReadOnlySpan<CelValue> arguments);

/// <summary>One way to call a function.</summary>
/// <param name="Id">Tells it from all others; costs go by it.</param>
/// <param name="IsMember">It is called on its first argument: <c>a.f(b)</c>.</param>
public sealed record Overload(string Function, string Id, bool IsMember, IReadOnlyList<CelType> Arguments, CelType Result, FunctionBody Body)
{
    /// <summary>The type parameters in the arguments and in the result.</summary>
    public bool IsGeneric { get; } = Arguments.Append(Result).Any(HasParameter);

    /// <summary>True if values of these types are what it takes, as far as can be seen without looking into them.</summary>
    public bool Takes(ReadOnlySpan<CelValue> arguments)
    {
        if (arguments.Length != Arguments.Count)
        {
            return false;
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            if (Arguments[i].RuntimeName is { } name && name != arguments[i].TypeName)
            {
                return false;
            }
        }

        return true;
    }

    public static Overload Global(string function, string id, IReadOnlyList<CelType> arguments, CelType result, FunctionBody body) =>
        new(function, id, false, arguments, result, body);

    public static Overload Member(string function, string id, IReadOnlyList<CelType> arguments, CelType result, FunctionBody body) =>
        new(function, id, true, arguments, result, body);

    private static bool HasParameter(CelType type) => type.Kind == CelKind.Parameter || type.Parameters.Any(HasParameter);
}
