using System.Text;
using System.Text.Json;
using Coppice.Objects;

namespace Coppice.ApiServer.Decoding;

/// <summary>One pass over a JSON text beside a schema.</summary>
internal ref struct SchemaWalk
{
    private const int LongestKnownName = 128;

    // What Kubernetes reads of a body before it knows what it is.
    private const string HeadType = """struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }""";

    private readonly ObjectSchema _root;

    private readonly FieldTrail _trail = new();

    private readonly StrictErrors _strict = new();

    // The fields seen in each object that is open: those of the innermost are at the end.
    private readonly List<FieldSchema> _seen = [];

    // The fields of a custom object at its top.
    private readonly HashSet<string> _custom = new(StringComparer.Ordinal);

    private Utf8JsonReader _reader;

    private string? _fatal;

    private bool _hasNulls;

    private bool _hasDuplicates;

    private string? _apiVersion;

    private string? _kind;

    private string? _kindError;

    public SchemaWalk(ReadOnlySpan<byte> json, ObjectSchema root)
    {
        _reader = new Utf8JsonReader(json);
        _root = root;
    }

    /// <exception cref="JsonException">The text is no JSON.</exception>
    public void Run()
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.Null)
        {
            _hasNulls = true;
        }
        else if (_reader.TokenType == JsonTokenType.StartObject)
        {
            WalkObject(_root, isRoot: true);
        }
        else
        {
            _kindError = $"json: cannot unmarshal {Found("")} into Go value of type {HeadType}";
            Mismatch($"v1.{_root.Name}");
        }

        _reader.Read();
    }

    public readonly DecodeReport Report() =>
        new(_strict.All, _fatal) { HasNulls = _hasNulls, HasDuplicates = _hasDuplicates, ApiVersion = _apiVersion, Kind = _kind, KindError = _kindError };

    private void Walk(ValueSchema schema)
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            _hasNulls |= schema.Shape != ValueShape.Any;
            return;
        }

        switch (schema.Shape)
        {
            case ValueShape.Any:
                _reader.Skip();
                break;
            case ValueShape.Object when _reader.TokenType == JsonTokenType.StartObject:
                WalkObject(schema.Object, isRoot: false);
                break;
            case ValueShape.List when _reader.TokenType == JsonTokenType.StartArray:
                WalkList(schema.Element!);
                break;
            case ValueShape.Map when _reader.TokenType == JsonTokenType.StartObject:
                WalkMap(schema.Element!);
                break;
            case ValueShape.Object or ValueShape.List or ValueShape.Map:
                Mismatch(GoType.Of(schema));
                break;
            default:
                CheckScalar(schema);
                break;
        }
    }

    private void WalkObject(ObjectSchema type, bool isRoot)
    {
        Span<char> buffer = stackalloc char[LongestKnownName];
        var firstSeen = _seen.Count;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = Find(type, buffer);
            if (field is null || (type.IsCustom && !IsMachinery(field)))
            {
                WalkUnchecked(type, ReadText());
                continue;
            }

            if (_seen.IndexOf(field, firstSeen) >= 0)
            {
                _strict.AddField("duplicate", _trail, field.JsonName);
            }
            else
            {
                _seen.Add(field);
            }

            _reader.Read();
            NoteKind(isRoot, field);
            _trail.Enter(field);
            Walk(field.Value);
            _trail.Leave();
        }

        _seen.RemoveRange(firstSeen, _seen.Count - firstSeen);
    }

    private readonly FieldSchema? Find(ObjectSchema type, Span<char> buffer)
    {
        if (_reader.ValueSpan.Length > buffer.Length)
        {
            return null;
        }

        // With escapes in it, a name takes the slow way.
        return _reader.ValueIsEscaped
            ? type.Find(ReadText())
            : type.Find(buffer[..Encoding.UTF8.GetChars(_reader.ValueSpan, buffer)]);
    }

    /// <summary>The fields of custom objects are checked later; here they are only read, and each must be there once.</summary>
    private void WalkUnchecked(ObjectSchema type, string name)
    {
        if (!type.IsCustom)
        {
            _strict.AddField("unknown", _trail, name);
            _reader.Read();
            _reader.Skip();
            return;
        }

        if (!_custom.Add(name))
        {
            _strict.AddField("duplicate", _trail, name);
            _hasDuplicates = true;
        }

        _reader.Read();
        _trail.EnterKey(name);
        WalkAnything();
        _trail.Leave();
    }

    private void WalkAnything()
    {
        if (_reader.TokenType == JsonTokenType.StartObject)
        {
            var strict = _strict.All.Count;
            WalkMap(ValueSchema.Anything, nested: true);
            _hasDuplicates |= _strict.All.Count > strict || _strict.IsFull;
        }
        else if (_reader.TokenType == JsonTokenType.StartArray)
        {
            for (var index = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; index++)
            {
                _trail.EnterIndex(index);
                WalkAnything();
                _trail.Leave();
            }
        }
    }

    private static bool IsMachinery(FieldSchema field) => field.JsonName is "apiVersion" or "kind" or "metadata";

    private void WalkMap(ValueSchema element, bool nested = false)
    {
        HashSet<string>? keys = null;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = ReadText();
            if (!(keys ??= new(StringComparer.Ordinal)).Add(key))
            {
                _strict.AddField("duplicate", _trail, key);
            }

            _reader.Read();
            _trail.EnterKey(key);
            if (nested)
            {
                WalkAnything();
            }
            else
            {
                Walk(element);
            }

            _trail.Leave();
        }
    }

    private void WalkList(ValueSchema element)
    {
        for (var index = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; index++)
        {
            _trail.EnterIndex(index);
            Walk(element);
            _trail.Leave();
        }
    }

    private void CheckScalar(ValueSchema schema)
    {
        var fits = schema.Shape switch
        {
            ValueShape.String => _reader.TokenType == JsonTokenType.String,
            ValueShape.Boolean => _reader.TokenType is JsonTokenType.True or JsonTokenType.False,
            ValueShape.Int32 => _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt32(out _),
            ValueShape.Int64 => _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out _),
            ValueShape.Number => _reader.TokenType == JsonTokenType.Number && _reader.TryGetDouble(out var number) && double.IsFinite(number),
            ValueShape.IntOrString => _reader.TokenType == JsonTokenType.String
                || (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt32(out _)),
            ValueShape.Quantity => _reader.TokenType is JsonTokenType.String or JsonTokenType.Number,
            _ => _reader.TokenType == JsonTokenType.String,
        };
        if (!fits)
        {
            Mismatch(GoType.Of(schema));
            return;
        }

        _fatal ??= schema.Shape switch
        {
            ValueShape.Quantity => ScalarText.QuantityError(ReadText()),
            ValueShape.Time => ScalarText.TimeError(ReadText(), ScalarText.TimeLayout),
            ValueShape.MicroTime => ScalarText.TimeError(ReadText(), ScalarText.MicroTimeLayout),
            ValueShape.Bytes => ScalarText.Base64Error(ReadText()),
            _ => null,
        };
    }

    /// <summary>Notes that the current value has the wrong type, and goes past it.</summary>
    private void Mismatch(string goType)
    {
        if (goType == GoType.Quantity)
        {
            // Quantities read any token as text, and complain as of any other text.
            _fatal ??= ScalarText.QuantityFormatError;
        }

        _fatal ??= $"json: cannot unmarshal {Found(goType)} into {_trail.GoField()} of type {goType}";
        _reader.Skip();
    }

    private readonly string Found(string goType) => _reader.TokenType switch
    {
        JsonTokenType.String => "string",
        JsonTokenType.True or JsonTokenType.False => "bool",
        JsonTokenType.StartObject => "object",
        JsonTokenType.StartArray => "array",
        _ when goType is "int32" or "int64" or "float64" => $"number {Encoding.ASCII.GetString(_reader.ValueSpan)}",
        _ => "number",
    };

    private void NoteKind(bool isRoot, FieldSchema field)
    {
        if (!isRoot || field.JsonName is not ("apiVersion" or "kind"))
        {
            return;
        }

        if (_reader.TokenType == JsonTokenType.String)
        {
            _apiVersion = field.JsonName == "apiVersion" ? ReadText() : _apiVersion;
            _kind = field.JsonName == "kind" ? ReadText() : _kind;
        }
        else if (_reader.TokenType != JsonTokenType.Null)
        {
            _kindError ??= $"json: cannot unmarshal {Found("string")} into Go struct field .{field.JsonName} of type string";
        }
    }

    /// <summary>The current name, string or number as text; what is no valid Unicode is replaced, as Go replaces it.</summary>
    private readonly string ReadText()
    {
        if (_reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            return Encoding.ASCII.GetString(_reader.ValueSpan);
        }

        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(_reader.ValueSpan);
        }
    }
}
