"""Paths, centrality and formats of graphs."""
import io

import networkx as nx

graph = nx.Graph()
graph.add_weighted_edges_from([("a", "b", 1), ("b", "c", 2), ("a", "c", 5), ("c", "d", 1)])
print(nx.shortest_path(graph, "a", "d", weight="weight"), nx.density(graph))
print(sorted(nx.degree_centrality(graph).items()), list(nx.connected_components(graph)) != [])
print(list(nx.topological_sort(nx.DiGraph([(1, 2), (2, 3)]))))
text = io.BytesIO()
nx.write_graphml(graph, text)
print(len(text.getvalue()) > 300, nx.node_link_data(graph, edges="edges")["nodes"][:1])
