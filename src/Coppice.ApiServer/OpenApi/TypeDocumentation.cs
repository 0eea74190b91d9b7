using System.Text;
using System.Text.Json;
using System.Xml;
using Coppice.Objects;

namespace Coppice.ApiServer.OpenApi;

/// <summary>
/// The sentences written above the API's types and fields, read from the documentation file that their build makes. About 1.2 MB from
/// the first document on: reading them anew would be a third of the time that a document takes after each change of a definition.
/// </summary>
internal sealed class TypeDocumentation
{
    private const string Resource = "Coppice.Objects.xml";

    private static readonly Lazy<TypeDocumentation> Once = new(() => new TypeDocumentation());

    private readonly Dictionary<string, string> _summaries = new(StringComparer.Ordinal);

    private TypeDocumentation()
    {
        using var stream = typeof(TypeDocumentation).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly was built without its resource {Resource}.");
        using var xml = XmlReader.Create(stream, new XmlReaderSettings { IgnoreComments = true });
        while (xml.ReadToFollowing("member"))
        {
            var name = xml.GetAttribute("name")!;
            if (name[0] is 'T' or 'P' && SummaryOf(xml) is { Length: > 0 } summary)
            {
                _summaries[name] = summary;
            }
        }
    }

    public static TypeDocumentation All => Once.Value;

    public string? Of(Documentation documentation) =>
        documentation.Text ?? (documentation.Member is { } member ? _summaries.GetValueOrDefault(member) : null);

    /// <summary>The text of a member's summary on one line, with references by the name that API users know.</summary>
    private static string SummaryOf(XmlReader member)
    {
        using var inner = member.ReadSubtree();
        if (!inner.ReadToFollowing("summary"))
        {
            return "";
        }

        using var summary = inner.ReadSubtree();
        var text = new StringBuilder();
        while (summary.Read())
        {
            if (summary.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
            {
                text.Append(summary.Value);
            }
            else if (summary.NodeType == XmlNodeType.Element && summary.GetAttribute("cref") is { } reference)
            {
                var last = reference[(reference.LastIndexOf('.') + 1)..];
                text.Append(reference.StartsWith("P:", StringComparison.Ordinal) ? JsonNamingPolicy.CamelCase.ConvertName(last) : last);
            }
        }

        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
