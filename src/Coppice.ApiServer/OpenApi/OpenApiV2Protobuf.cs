using Coppice.ApiServer.Discovery;

namespace Coppice.ApiServer.OpenApi;

/// <summary>
/// The whole API in OpenAPI version 2 as protobuf (package openapi.v2), which kubectl reads up to version 1.26. Each method writes
/// one message, named after it; the numbers are its fields'. Values of free shape travel as YAML, of which JSON is a part.
/// </summary>
internal static class OpenApiV2Protobuf
{
    public static byte[] Write(ApiDescription api) => ProtobufMessage.Write(document =>
    {
        document.String(1, "2.0");
        document.Message(2, info =>
        {
            info.String(1, "Kubernetes");
            info.String(2, ServerVersion.GitVersion);
        });
        document.Message(8, paths =>
        {
            foreach (var path in api.Paths.OrderBy(p => p.Path, StringComparer.Ordinal))
            {
                Named(paths, 2, path.Path, item => PathItem(item, path));
            }
        });
        document.Message(9, definitions =>
        {
            foreach (var (name, definition) in api.Schemas)
            {
                Named(definitions, 1, name, schema => Schema(schema, definition));
            }
        });
    });

    /// <summary>Maps are lists of entries with a name (1) and a value (2).</summary>
    private static void Named(ProtobufMessage owner, int field, string name, Action<ProtobufMessage> value) => owner.Message(field, entry =>
    {
        entry.String(1, name);
        entry.Message(2, value);
    });

    private static void PathItem(ProtobufMessage item, ApiPath path)
    {
        foreach (var operation in path.Operations)
        {
            item.Message(MethodField(operation.Method), message => Operation(message, operation));
        }

        foreach (var name in path.Parameters)
        {
            // ParametersItem.parameter, Parameter.non_body_parameter, NonBodyParameter.path_parameter_sub_schema
            item.Message(9, entry => entry.Message(1, parameter => parameter.Message(2, other => other.Message(4, inPath =>
            {
                inPath.Boolean(1, true);
                inPath.String(2, "path");
                inPath.String(4, name);
                inPath.String(5, "string");
            }))));
        }
    }

    private static int MethodField(string method) => method switch
    {
        "get" => 2,
        "put" => 3,
        "post" => 4,
        "delete" => 5,
        "options" => 6,
        "head" => 7,
        "patch" => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "The API has no such operation."),
    };

    private static void Operation(ProtobufMessage message, ApiOperation operation)
    {
        message.String(5, operation.Id);
        message.Strings(6, operation.Produces);
        message.Strings(7, operation.Consumes);
        if (operation.Body is { } body)
        {
            message.Message(8, entry => entry.Message(1, parameter => parameter.Message(1, inBody =>
            {
                inBody.String(2, "body");
                inBody.String(3, "body");
                inBody.Boolean(4, operation.BodyRequired);
                inBody.Message(5, schema => Reference(schema, body));
            })));
        }

        foreach (var parameter in operation.Query)
        {
            message.Message(8, entry => entry.Message(1, any => any.Message(2, other => other.Message(3, query => QueryParameter(query, parameter)))));
        }

        message.Message(9, responses =>
        {
            foreach (var (code, description) in operation.Responses)
            {
                Named(responses, 1, code, value => value.Message(1, response => Response(response, description, code, operation)));
            }
        });
        Extensions(message, 13, operation.Extensions);
    }

    private static void QueryParameter(ProtobufMessage message, QueryParameter parameter)
    {
        message.String(2, "query");
        message.String(3, parameter.Description);
        message.String(4, parameter.Name);
        message.String(6, parameter.Type);
        message.Boolean(20, true);
    }

    private static void Response(ProtobufMessage message, string description, string code, ApiOperation operation)
    {
        message.String(1, description);
        if (operation.HasSchema(code))
        {
            message.Message(2, item => item.Message(1, schema => ReferenceOrText(schema, operation.Answer)));
        }
    }

    private static void ReferenceOrText(ProtobufMessage schema, string? definition)
    {
        if (definition is not null)
        {
            Reference(schema, definition);
        }
        else
        {
            schema.Message(22, item => item.String(1, "string"));
        }
    }

    private static void Reference(ProtobufMessage schema, string definition) => schema.String(1, "#/definitions/" + definition);

    private static void Schema(ProtobufMessage message, SchemaNode node)
    {
        if (node.Reference is { } reference)
        {
            Reference(message, reference);
        }

        message.String(2, node.IsOpaque ? null : node.Format);
        message.String(4, node.Description);
        if (node.Default is { } value)
        {
            message.Message(5, any => any.String(2, value));
        }

        if (!node.IsOpaque)
        {
            Content(message, node);
        }

        Extensions(message, 31, node.Extensions);
    }

    private static void Content(ProtobufMessage message, SchemaNode node)
    {
        message.Strings(19, node.Required);
        if (node.Values is { } values)
        {
            message.Message(21, item => item.Message(1, schema => Schema(schema, values)));
        }

        if (node.Type is { } type)
        {
            message.Message(22, item => item.String(1, type));
        }

        if (node.Items is { } items)
        {
            message.Message(23, item => item.Message(1, schema => Schema(schema, items)));
        }

        if (node.Properties.Count > 0)
        {
            message.Message(25, properties =>
            {
                foreach (var (name, property) in node.Properties)
                {
                    Named(properties, 1, name, schema => Schema(schema, property));
                }
            });
        }
    }

    private static void Extensions(ProtobufMessage message, int field, IEnumerable<VendorExtension> extensions)
    {
        foreach (var extension in extensions)
        {
            Named(message, field, extension.Name, any => any.String(2, extension.Json));
        }
    }
}
