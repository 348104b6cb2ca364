<?php
/**
 * A post as the protocol writes it, and what of it is metadata.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Reading;

use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Seo;
use WP_Post;

/**
 * Describe posts, having asked for all they need together.
 *
 * @param int[] $ids Posts of any readable types.
 * @return array<int,array> By id; posts that are not there are left out.
 */
function describe_posts( array $ids ): array {
	$posts = load_posts( $ids );
	prime_surroundings( $posts );
	$contents = Publishing\contents_of_posts( array_keys( $posts ) );
	$images   = shown_images( $posts );
	$seo      = Seo\read_fields_of( array_keys( $posts ) );
	$all      = [];
	foreach ( $posts as $id => $post ) {
		$all[ $id ] = [
			'post_id'      => $id,
			'content_id'   => $contents[ $id ] ?? 0,
			'post_type'    => $post->post_type,
			'post_status'  => $post->post_status,
			'post_url'     => (string) get_permalink( $post ),
			'title'        => $post->post_title,
			'content_html' => $post->post_content,
			'excerpt'      => $post->post_excerpt,
			'revision'     => Publishing\revision( $id ),
			'format'       => has_blocks( $post->post_content ) ? 'blocks' : 'classic',
		] + metadata( $post ) + [
			'images'    => array_values( array_filter( array_map( __NAMESPACE__ . '\\describe_image', $images[ $id ] ) ) ),
			'seo'       => $seo[ $id ],
			'sticky'    => 'post' === $post->post_type && is_sticky( $id ),
			'parent_id' => (int) $post->post_parent,
			'template'  => template_of( $id ),
		];
	}
	return $all;
}

/**
 * Describe what stands beside a post's text.
 *
 * `date_gmt` is null while a draft has no date of its own.
 */
function metadata( WP_Post $post ): array {
	$terms = terms_of( $post );
	$own   = [
		'slug'           => Publishing\untrashed_slug( $post ),
		'author'         => describe_author( (int) $post->post_author ),
		'categories'     => $terms['category'] ?? [],
		'tags'           => array_map(
			static function ( array $term ): array {
				return array_diff_key( $term, [ 'path' => '' ] );
			},
			$terms['post_tag'] ?? []
		),
		'terms'          => (object) array_diff_key( $terms, array_flip( [ 'category', 'post_tag' ] ) ),
		'date_gmt'       => time_of( $post->post_date_gmt ),
		'modified_gmt'   => modified_at( $post ),
		'featured_image' => describe_image( (int) get_post_meta( $post->ID, '_thumbnail_id', true ) ),
	];
	return $own;
}

/** Describe an author, also one who is not there any more. */
function describe_author( int $user_id ): array {
	$user = $user_id ? get_userdata( $user_id ) : false;
	return [
		'id'    => $user_id,
		'login' => $user ? $user->user_login : '',
		'name'  => $user ? $user->display_name : '',
	];
}

/** Describe an image of the library, null if it has no such image. */
function describe_image( int $attachment_id ): ?array {
	$image = $attachment_id ? get_post( $attachment_id ) : null;
	if ( ! $image || 'attachment' !== $image->post_type || ! wp_attachment_is_image( $image ) ) {
		return null;
	}
	return [
		'attachment_id' => $attachment_id,
		'url'           => (string) wp_get_attachment_url( $attachment_id ),
		'alt'           => (string) get_post_meta( $attachment_id, '_wp_attachment_image_alt', true ),
		'caption'       => $image->post_excerpt,
	];
}

/** Tell the template a post has, '' for the theme's default. */
function template_of( int $post_id ): string {
	$template = (string) get_post_meta( $post_id, '_wp_page_template', true );
	return 'default' === $template ? '' : $template;
}
