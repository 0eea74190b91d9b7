namespace Coppice.Cel.Values;

/// <summary>
/// A value of the language. Values never change. What goes wrong while an expression is evaluated is a value too
/// (<see cref="ErrorValue"/>): <c>false &amp;&amp; error</c> is false.
/// </summary>
public abstract class CelValue
{
    /// <summary>The name of the type as <c>type(x)</c> tells it.</summary>
    public abstract string TypeName { get; }

    /// <summary>What <c>size(x)</c> says, and what costs go by; 1 for what has no size.</summary>
    public virtual long Size => 1;

    /// <summary>Equal as the language means it: numbers by their value, whatever their types; values of different types are not.</summary>
    public abstract bool EqualTo(CelValue other);
}

/// <summary>The only value of its type.</summary>
public sealed class NullValue : CelValue
{
    public static readonly NullValue Instance = new();

    private NullValue()
    {
    }

    public override string TypeName => "null_type";

    public override bool EqualTo(CelValue other) => other is NullValue;
}

public sealed class BoolValue : CelValue
{
    public static readonly BoolValue True = new(true);

    public static readonly BoolValue False = new(false);

    private BoolValue(bool value)
    {
        Value = value;
    }

    public bool Value { get; }

    public override string TypeName => "bool";

    public static BoolValue Of(bool value) => value ? True : False;

    public override bool EqualTo(CelValue other) => ReferenceEquals(this, other);
}

/// <summary>A type, as <c>type(x)</c> answers it and as its name stands for it.</summary>
public sealed class TypeValue(string name) : CelValue
{
    public string Name { get; } = name;

    public override string TypeName => "type";

    public override bool EqualTo(CelValue other) => other is TypeValue type && type.Name == Name;
}

/// <summary>What went wrong. It goes through everything but the logical operators, which may do without it.</summary>
public sealed class ErrorValue(string message) : CelValue
{
    public static readonly ErrorValue NoSuchOverload = new("no such overload");

    public string Message { get; } = message;

    public override string TypeName => "error";

    public override bool EqualTo(CelValue other) => ReferenceEquals(this, other);

    public static ErrorValue NoSuchKey(string key) => new($"no such key: {key}");
}

/// <summary>A value, or none: what <c>a.?b</c> and <c>optional.of(x)</c> are.</summary>
public sealed class OptionalValue : CelValue
{
    public static readonly OptionalValue None = new(null);

    private OptionalValue(CelValue? value)
    {
        Value = value;
    }

    public CelValue? Value { get; }

    public override string TypeName => "optional_type";

    public static OptionalValue Of(CelValue value) => new(value);

    public override bool EqualTo(CelValue other) =>
        other is OptionalValue optional && (Value is null ? optional.Value is null : optional.Value is not null && Value.EqualTo(optional.Value));
}
