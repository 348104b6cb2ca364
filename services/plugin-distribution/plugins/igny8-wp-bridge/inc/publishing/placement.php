<?php
/**
 * Where a post stands on the site: below which other, in which template, ahead of the rest.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use WP_Post;

/** Set the template, and whether the post sticks to the front page. */
function set_placement( int $post_id, array $payload ): array {
	return array_merge( set_template( $post_id, $payload ), set_sticky( $post_id, $payload ) );
}

/** Set the template, if the theme has it for this type; none is the theme's default. */
function set_template( int $post_id, array $payload ): array {
	$template = $payload['template'];
	if ( '' === $template || 'default' === $template ) {
		delete_post_meta( $post_id, '_wp_page_template' );
		return [];
	}
	if ( ! isset( wp_get_theme()->get_page_templates( null, $payload['post_type'] )[ $template ] ) ) {
		return [ warning( 'template_unknown', $template, 'The theme has no such template for this post type.' ) ];
	}
	update_post_meta( $post_id, '_wp_page_template', wp_slash( $template ) );
	return [];
}

/** Stick the post to the front page or take it off; WordPress knows this of posts alone. */
function set_sticky( int $post_id, array $payload ): array {
	if ( 'post' !== $payload['post_type'] ) {
		return $payload['sticky'] ? [ warning( 'sticky_unsupported', $payload['post_type'], 'This post type cannot be sticky.' ) ] : [];
	}
	if ( $payload['sticky'] ) {
		stick_post( $post_id );
	} else {
		unstick_post( $post_id );
	}
	return [];
}

/** Find the parent of a post; one that cannot be had leaves things as they are. */
function find_parent( WP_Post $post, int $wanted, array &$warnings ): int {
	if ( ! is_post_type_hierarchical( $post->post_type ) ) {
		if ( $wanted ) {
			$warnings[] = warning( 'parent_unsupported', (string) $wanted, 'Posts of this type have no parents.' );
		}
		return (int) $post->post_parent;
	}
	if ( ! $wanted ) {
		return 0;
	}
	$parent = get_post( $wanted );
	$useful = $parent && $parent->post_type === $post->post_type && ! in_array( $parent->post_status, [ 'trash', 'auto-draft' ], true );
	if ( ! $useful || $wanted === $post->ID || in_array( $post->ID, get_post_ancestors( $parent ), true ) ) {
		$warnings[] = warning( 'parent_unknown', (string) $wanted, 'No post of this type that this one could stand below.' );
		return (int) $post->post_parent;
	}
	return $wanted;
}
