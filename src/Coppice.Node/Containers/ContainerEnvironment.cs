using Coppice.Objects.Core;

namespace Coppice.Node.Containers;

/// <summary>
/// A container's environment. 1. What envFrom names, in order. 2. env over it, each entry able to use the ones before it and the
/// services' variables by $(NAME). 3. The services' variables that nothing has taken the place of.
/// </summary>
public static class ContainerEnvironment
{
    private const string NoEnvironmentFile = "couldn't parse env file";

    /// <exception cref="ContainerConfigException">Something that it is made of does not exist.</exception>
    public static async ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ResolveAsync(
        Pod pod, Container container, PodFacts facts, EnvironmentSources sources)
    {
        var ns = pod.Metadata.Namespace ?? "";
        var services = ServiceVariables.Of(ns, pod.Spec.EnableServiceLinks ?? true, sources.Services());
        var links = services.ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);
        var result = new VariableList();

        foreach (var from in container.EnvFrom)
        {
            foreach (var (key, value) in await AllOfAsync(ns, from, sources))
            {
                result.Set(from.Prefix + key, value);
            }
        }

        foreach (var variable in container.Env)
        {
            var value = variable.Value is { Length: > 0 } text
                ? VariableExpansion.Expand(text, name => result.Find(name) ?? links.GetValueOrDefault(name))
                : variable.ValueFrom is { } source ? await ValueOfAsync(pod, container, source, facts, sources) : "";
            if (value is not null)
            {
                result.Set(variable.Name, value);
            }
        }

        foreach (var (name, value) in services)
        {
            if (result.Find(name) is null)
            {
                result.Set(name, value);
            }
        }

        return result.Entries;
    }

    private static async ValueTask<IEnumerable<KeyValuePair<string, string>>> AllOfAsync(string ns, EnvFromSource from, EnvironmentSources sources)
    {
        if (from.ConfigMapRef is { } mapRef)
        {
            var map = await sources.ConfigMap(ns, mapRef.Name ?? "");
            if (map is null && mapRef.Optional != true)
            {
                throw new ContainerConfigException($"configmap \"{mapRef.Name}\" not found");
            }

            return map?.Data ?? [];
        }

        if (from.SecretRef is { } secretRef)
        {
            var secret = await sources.Secret(ns, secretRef.Name ?? "");
            if (secret is null && secretRef.Optional != true)
            {
                throw new ContainerConfigException($"secret \"{secretRef.Name}\" not found");
            }

            return secret?.Data.Select(one => KeyValuePair.Create(one.Key, one.Value.ToText())) ?? [];
        }

        return [];
    }

    // Null for what is optional and not there: the variable is then not set at all.
    private static async ValueTask<string?> ValueOfAsync(Pod pod, Container container, EnvVarSource source, PodFacts facts, EnvironmentSources sources)
    {
        var ns = pod.Metadata.Namespace ?? "";
        if (source.FieldRef is { } field)
        {
            return PodFields.Value(pod, field.FieldPath, facts);
        }

        if (source.ResourceFieldRef is { } resource)
        {
            return PodFields.Resource(pod, container, resource, facts);
        }

        if (source.ConfigMapKeyRef is { } mapKey)
        {
            var map = await sources.ConfigMap(ns, mapKey.Name ?? "");
            if (map is not null && map.Data.TryGetValue(mapKey.Key, out var value))
            {
                return value;
            }

            if (mapKey.Optional == true)
            {
                return null;
            }

            throw new ContainerConfigException(map is null
                ? $"configmap \"{mapKey.Name}\" not found"
                : $"couldn't find key {mapKey.Key} in ConfigMap {ns}/{mapKey.Name}");
        }

        if (source.SecretKeyRef is { } secretKey)
        {
            var secret = await sources.Secret(ns, secretKey.Name ?? "");
            if (secret is not null && secret.Data.TryGetValue(secretKey.Key, out var value))
            {
                return value.ToText();
            }

            if (secretKey.Optional == true)
            {
                return null;
            }

            throw new ContainerConfigException(secret is null
                ? $"secret \"{secretKey.Name}\" not found"
                : $"couldn't find key {secretKey.Key} in Secret {ns}/{secretKey.Name}");
        }

        return source.FileKeyRef is { } fileKey ? InFile(fileKey, facts) : "";
    }

    private static string? InFile(FileKeySelector source, PodFacts facts)
    {
        try
        {
            var text = facts.VolumeText(source.VolumeName, source.Path);
            if ((text is null ? null : EnvironmentFile.Find(text, source.Key)) is { Length: > 0 } value)
            {
                return value;
            }

            return source.Optional == true ? null : throw new ContainerConfigException(
                text is null ? NoEnvironmentFile : $"environment variable key \"{source.Key}\" not found in file");
        }
        catch (Exception wrong) when (wrong is FormatException or IOException)
        {
            throw new ContainerConfigException(NoEnvironmentFile);
        }
    }

    /// <summary>Variables in the order in which they were first set.</summary>
    private sealed class VariableList
    {
        private readonly List<KeyValuePair<string, string>> _entries = [];
        private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

        public IReadOnlyList<KeyValuePair<string, string>> Entries => _entries;

        public string? Find(string name) => _places.TryGetValue(name, out var at) ? _entries[at].Value : null;

        public void Set(string name, string value)
        {
            if (_places.TryAdd(name, _entries.Count))
            {
                _entries.Add(new(name, value));
            }
            else
            {
                _entries[_places[name]] = new(name, value);
            }
        }
    }
}
