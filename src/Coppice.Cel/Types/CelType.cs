namespace Coppice.Cel.Types;

public enum CelKind
{
    /// <summary>Checked when it is evaluated, not before.</summary>
    Dyn,

    /// <summary>What the type of something wrong is, so that one mistake is told of once.</summary>
    Error,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,
    Type,

    /// <summary>A type that is still to be found: T in list(T).</summary>
    Parameter,

    /// <summary>An object with declared fields.</summary>
    Object,

    /// <summary>A type of a library, perhaps with parameters: kubernetes.Quantity, optional_type(T).</summary>
    Opaque,
}

/// <summary>A type of the language, as it is known before anything is evaluated.</summary>
public sealed class CelType
{
    public static readonly CelType Dyn = new(CelKind.Dyn, "dyn");
    public static readonly CelType Error = new(CelKind.Error, "!error!");
    public static readonly CelType Null = new(CelKind.Null, "null");
    public static readonly CelType Bool = new(CelKind.Bool, "bool");
    public static readonly CelType Int = new(CelKind.Int, "int");
    public static readonly CelType Uint = new(CelKind.Uint, "uint");
    public static readonly CelType Double = new(CelKind.Double, "double");
    public static readonly CelType String = new(CelKind.String, "string");
    public static readonly CelType Bytes = new(CelKind.Bytes, "bytes");
    public static readonly CelType Timestamp = new(CelKind.Timestamp, "timestamp");
    public static readonly CelType Duration = new(CelKind.Duration, "duration");

    private const string OptionalName = "optional_type";

    private readonly Func<IReadOnlyDictionary<string, CelType>>? _fields;

    private CelType(CelKind kind, string name, IReadOnlyList<CelType>? parameters = null, Func<IReadOnlyDictionary<string, CelType>>? fields = null)
    {
        Kind = kind;
        Name = name;
        Parameters = parameters ?? [];
        _fields = fields;
    }

    public CelKind Kind { get; }

    public string Name { get; }

    /// <summary>Of a list its elements' type, of a map those of keys and values, of an opaque type its own.</summary>
    public IReadOnlyList<CelType> Parameters { get; }

    /// <summary>How many characters, bytes, elements or entries a declared value has at most; null if nobody says.</summary>
    public ulong? SizeMax { get; init; }

    public bool IsDynOrError => Kind is CelKind.Dyn or CelKind.Error;

    public bool IsOptional => Kind == CelKind.Opaque && Name == OptionalName;

    /// <summary>The fields of an object by their names in the language; looked up on demand, as objects may contain their like.</summary>
    public IReadOnlyDictionary<string, CelType> Fields => _fields is null ? Empty : _fields();

    /// <summary>What <c>type(x)</c> calls values of this type; null where any value may be one.</summary>
    public string? RuntimeName => Kind switch
    {
        CelKind.Dyn or CelKind.Error or CelKind.Parameter => null,
        CelKind.Null => "null_type",
        CelKind.Timestamp => "google.protobuf.Timestamp",
        CelKind.Duration => "google.protobuf.Duration",
        _ => Name,
    };

    private static IReadOnlyDictionary<string, CelType> Empty { get; } = new Dictionary<string, CelType>();

    public static CelType ListOf(CelType element, ulong? sizeMax = null) => new(CelKind.List, "list", [element]) { SizeMax = sizeMax };

    public static CelType MapOf(CelType key, CelType value, ulong? sizeMax = null) => new(CelKind.Map, "map", [key, value]) { SizeMax = sizeMax };

    public static CelType TypeOf(CelType type) => new(CelKind.Type, "type", [type]);

    public static CelType Parameter(string name) => new(CelKind.Parameter, name);

    public static CelType Opaque(string name, params IReadOnlyList<CelType> parameters) => new(CelKind.Opaque, name, parameters);

    public static CelType OptionalOf(CelType value) => new(CelKind.Opaque, OptionalName, [value]);

    public static CelType Object(string name, Func<IReadOnlyDictionary<string, CelType>> fields) => new(CelKind.Object, name, null, fields);

    /// <summary>The same type for values of a bounded size.</summary>
    public CelType WithSizeMax(ulong? sizeMax) => new(Kind, Name, Parameters, _fields) { SizeMax = sizeMax };

    /// <summary>The same type with other parameters.</summary>
    public CelType With(IReadOnlyList<CelType> parameters) => new(Kind, Name, parameters, _fields) { SizeMax = SizeMax };

    /// <summary>The same type, however it came about.</summary>
    public bool Is(CelType other) =>
        ReferenceEquals(this, other)
        || (Kind == other.Kind && Name == other.Name && Parameters.Count == other.Parameters.Count && Parameters.Zip(other.Parameters).All(pair => pair.First.Is(pair.Second)));

    /// <summary>As errors show it.</summary>
    public override string ToString() => Parameters.Count == 0 ? Name : $"{Name}({string.Join(", ", Parameters)})";
}
