using Coppice.Cel.Evaluation;
using Coppice.Cel.Libraries;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using Coppice.Objects.Resource;

namespace Coppice.Cel.Devices;

/// <summary>An expression that says of devices whether they are meant: what classes and claims select devices by.</summary>
public sealed class DeviceExpression
{
    private const string Variable = "device";
    private const string TypeName = "kubernetes.DRADevice";
    private const string Driver = "driver";
    private const string Attributes = "attributes";
    private const string Capacity = "capacity";
    private const string IsShared = "allowMultipleAllocations";

    // What Kubernetes allows of a device: estimates of cost go by it.
    private const ulong DomainMax = 63;
    private const ulong NameMax = 32;
    private const ulong ValueMax = 64;
    private const ulong EntriesMax = 32;

    private static readonly Dictionary<string, CelType> Fields = new(StringComparer.Ordinal)
    {
        [Driver] = CelType.String.WithSizeMax(DomainMax),
        [Attributes] = Qualified(CelType.Dyn.WithSizeMax(ValueMax)),
        [Capacity] = Qualified(CelType.Opaque(QuantityValue.TypeText)),
        [IsShared] = CelType.Bool,
    };

    private static readonly Dictionary<string, CelType> Variables = new(StringComparer.Ordinal) { [Variable] = CelType.Object(TypeName, () => Fields) };

    private static readonly CelEnvironment Environment = new(Variables);

    private readonly CompiledExpression _expression;

    private DeviceExpression(CompiledExpression expression)
    {
        _expression = expression;
    }

    /// <summary>What it may cost at the worst, on any device that may be.</summary>
    public ulong CostMax => _expression.CostMax(Variables);

    /// <param name="problem">What is wrong with the expression, in Kubernetes' words; null if nothing is.</param>
    /// <returns>Null if something is wrong with it.</returns>
    public static DeviceExpression? Compile(string text, out string? problem)
    {
        var expression = Environment.Compile(text, out var issues);
        problem = issues is not null ? $"compilation failed: {issues}"
            : expression!.Type.Kind == CelKind.Dyn || expression.Type.Is(CelType.Bool) ? null
            : "must evaluate to bool or the unknown type, not " + (expression.Type.RuntimeName ?? expression.Type.Name);
        return problem is null ? new(expression!) : null;
    }

    /// <param name="error">What went wrong; null if nothing did.</param>
    public bool Means(string driver, Device device, out string? error)
    {
        var result = _expression.Evaluate(new Activation(new Dictionary<string, CelValue>(StringComparer.Ordinal) { [Variable] = ValueOf(driver, device) }));
        error = result.Error ?? (result.Value is BoolValue ? null : $"expression returned {result.Value.TypeName}, expected bool");
        return result.IsTrue;
    }

    private static CelType Qualified(CelType value) => CelType.MapOf(
        CelType.String.WithSizeMax(DomainMax), CelType.MapOf(CelType.String.WithSizeMax(NameMax), value, EntriesMax), EntriesMax);

    private static MessageValue ValueOf(string driver, Device device) => new(TypeName, new Dictionary<string, CelValue>(StringComparer.Ordinal)
    {
        [Driver] = new StringValue(driver),
        [Attributes] = new QualifiedValues(driver, device.Attributes.Select(one => KeyValuePair.Create(one.Key, ValueOf(one.Value)))),
        [Capacity] = new QualifiedValues(driver, device.Capacity.Select(one => KeyValuePair.Create(one.Key, (CelValue)new QuantityValue(one.Value.Value)))),
        [IsShared] = BoolValue.Of(device.AllowMultipleAllocations == true),
    });

    private static CelValue ValueOf(DeviceAttribute attribute) => attribute switch
    {
        { Int: { } number } => IntValue.Of(number),
        { Bool: { } flag } => BoolValue.Of(flag),
        { String: { } text } => new StringValue(text),
        { Version: { } version } => SemverValue.Read(version, lenient: false),
        _ => NullValue.Instance,
    };
}
