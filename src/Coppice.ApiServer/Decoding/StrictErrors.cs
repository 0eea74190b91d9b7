using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Decoding;

/// <summary>Unknown and duplicate fields of a text, in their order and each once, as far as there is room for them.</summary>
internal sealed class StrictErrors
{
    // Kubernetes stops counting there, so that a hostile text does not make a hostile answer; nor may a few long names make one.
    private const int CountLimit = 100;
    private const int CharactersLimit = 64 * 1024;

    private readonly List<string> _errors = [];
    private int _characters;

    public IReadOnlyList<string> All => _errors;

    /// <summary>Nothing more is taken: whoever makes a text for it can leave that.</summary>
    public bool IsFull => _errors.Count == CountLimit || _characters > CharactersLimit;

    /// <summary>The errors for fields at these places that nobody knows.</summary>
    public static IReadOnlyList<string> Unknown(IReadOnlyList<string> places)
    {
        if (places.Count == 0)
        {
            return [];
        }

        var errors = new StrictErrors();
        foreach (var place in places)
        {
            errors.Add($"unknown field {QuotedText.Of(place)}");
        }

        return errors.All;
    }

    /// <param name="what">"unknown" or "duplicate".</param>
    public void AddField(string what, FieldTrail at, string name)
    {
        if (!IsFull)
        {
            Add($"{what} field {QuotedText.Of(at.Child(name))}");
        }
    }

    public void Add(string error)
    {
        if (!IsFull && !_errors.Contains(error))
        {
            _errors.Add(error);
            _characters += error.Length;
        }
    }
}
