using System.Text.Json;

namespace Coppice.Objects;

/// <summary>What the generated halves of records read from: JSON, and whether it was plain so far.</summary>
public ref struct RecordReader(Utf8JsonReader json)
{
    /// <summary>Where it stands.</summary>
    public Utf8JsonReader Json = json;

    /// <summary>
    /// Every field is one that its record knows, and there once, no value is null, and each is what a decoder that checks everything lets
    /// pass. False also where that was not looked at.
    /// </summary>
    public bool IsPlain { get; private set; } = true;

    /// <summary>At a null, which is read as an absent value.</summary>
    public bool IsNull()
    {
        if (Json.TokenType != JsonTokenType.Null)
        {
            return false;
        }

        IsPlain = false;
        return true;
    }

    /// <summary>Leaves out the value of the name that it stands at, which no record has.</summary>
    public void SkipUnknown()
    {
        IsPlain = false;
        Json.Skip();
    }

    /// <summary>What has just been read, or will be, is not as plain JSON is, or was not looked at for that.</summary>
    public void Note(bool isPlain) => IsPlain &= isPlain;
}
