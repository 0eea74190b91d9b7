
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.ApiServer.Resources;

/// <summary>A field selector: some fields of a kind, compared for equality. Which fields a kind offers is Kubernetes' list.</summary>
public sealed class FieldQuery
{
    public static readonly FieldQuery Everything = new([]);

    private const string ObjectName = "metadata.name";

    private readonly IReadOnlyList<Term> _terms;

    private FieldQuery(IReadOnlyList<Term> terms) => _terms = terms;

    /// <summary>The name that is asked for, if the selector asks for one: then there is at most one object.</summary>
    public string? Name => ValueOf(ObjectName);

    public bool IsEverything => _terms.Count == 0;

    /// <summary>What a field must be; null if the selector does not ask that.</summary>
    public string? ValueOf(string field) => _terms.FirstOrDefault(term => term.Equal && term.Field == field)?.Value;

    /// <summary>The object of a name.</summary>
    public static FieldQuery OfName(string name) => new([new(ObjectName, item => item.Metadata.Name, name, true)]);

    /// <exception cref="ApiError">BadRequest: not a selector, or a field that the kind does not offer.</exception>
    public static FieldQuery Parse(string? text, ServedKind served)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Everything;
        }

        var terms = new List<Term>();
        foreach (var term in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (field, value, equal) = Split(term)
                ?? throw ApiErrors.BadRequest($"invalid selector: '{text}'; can't understand '{term}'");
            terms.Add(new(field, ReaderOf(served, field), value, equal));
        }

        return new FieldQuery(terms);
    }

    /// <summary>What a selector asks a field to be, whatever the kind offers; null if it does not.</summary>
    public static string? ExactValue(string? text, string field) => string.IsNullOrEmpty(text)
        ? null
        : text.Split(',').Select(Split).FirstOrDefault(term => term is { Equal: true } && term.Value.Field == field)?.Value;

    public bool Matches(KubernetesObject item)
    {
        foreach (var term in _terms)
        {
            if ((term.Read(item) ?? "") == term.Value != term.Equal)
            {
                return false;
            }
        }

        return true;
    }

    private static (string Field, string Value, bool Equal)? Split(string term)
    {
        foreach (var (token, equal) in ((string, bool)[])[("!=", false), ("==", true), ("=", true)])
        {
            if (term.IndexOf(token, StringComparison.Ordinal) is var at and > 0)
            {
                return (term[..at].Trim(), term[(at + token.Length)..].Trim(), equal);
            }
        }

        return null;
    }

    /// <summary>With Kubernetes' words for what is not offered: those of kinds that can only be asked for by name are others.</summary>
    private static Func<KubernetesObject, string?> ReaderOf(ServedKind served, string field) => field switch
    {
        ObjectName => item => item.Metadata.Name,
        "metadata.namespace" when served.Kind.Namespaced => item => item.Metadata.Namespace,
        _ => served.Fields.Find(field) ?? throw ApiErrors.BadRequest(served.Fields.IsEmpty
            ? $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
            : $"field label not supported: {field}"),
    };

    private sealed record Term(string Field, Func<KubernetesObject, string?> Read, string Value, bool Equal);
}

/// <summary>Which objects of a kind a list or watch is about.</summary>
/// <param name="Namespace">Empty for all.</param>
public sealed record ObjectQuery(ServedKind Served, string Namespace, LabelQuery Labels, FieldQuery Fields)
{
    public Kind Kind => Served.Kind;

    public bool IsEverything => Labels.IsEverything && Fields.IsEverything;

    /// <summary>All that need to be looked at, if the query asks for a value of the field by which the kind is kept.</summary>
    public StoreTerm? Only => Served.Index is { } index && Fields.ValueOf(index.Field) is { } value ? index.Is(value) : null;

    public bool Matches(ObjectForm form) => IsEverything || (Labels.Matches(form.Item.Metadata.Labels) && Fields.Matches(form.Item));

    /// <exception cref="ApiError">BadRequest: a selector that cannot be read.</exception>
    public static ObjectQuery Parse(ServedKind served, string? space, string? labels, string? fields)
    {
        try
        {
            return new ObjectQuery(served, space ?? "", LabelQuery.Parse(labels), FieldQuery.Parse(fields, served));
        }
        catch (FormatException e)
        {
            throw ApiErrors.BadRequest(e.Message);
        }
    }
}
