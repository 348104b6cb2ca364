<?php
/**
 * Rendering: how an article from the platform looks where people read it. What is stored is never changed.
 *
 * The page's HTML is cut into slices of its source (`pieces.php`), some slices are recognised as pictures
 * (`pictures.php`), and the slices are put together again with classes, pairs and moved pictures (`layout.php`). Nothing
 * is parsed and printed anew, so what this room does not understand comes out byte by byte as it went in.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Rendering;

use const IGNY8\Bridge\FILE;
use const IGNY8\Bridge\VERSION;

/** Later than blocks, paragraphs, shortcodes and `srcset`, so that it sees what the visitor gets. */
const PRIORITY = 20;

/** Lay out the article of a page, and bring the style for it. */
function bootstrap(): void {
	add_filter( 'the_content', __NAMESPACE__ . '\\lay_out_article', PRIORITY );
	add_action( 'wp_enqueue_scripts', __NAMESPACE__ . '\\enqueue_style' );
}

/**
 * Lay out the text of the article a page is about; excerpts, lists, feeds and REST keep theirs.
 *
 * @param string|null $html Other plugins' filters come first, and not all of them return a text.
 */
function lay_out_article( $html ): string {
	$html    = (string) $html;
	$post_id = (int) get_the_ID();
	if ( ! $post_id || ! is_page_of( $post_id ) ) {
		return $html;
	}
	return lay_out(
		$html . gallery( $post_id, $html ),
		static function ( string $img ): array {
			return size_of( $img );
		}
	);
}

/** Bring the style where there are pictures to lay out; WordPress prints so small a file into the page. */
function enqueue_style(): void {
	$post_id = get_queried_object_id();
	if ( ! is_page_of( $post_id ) || ( false === stripos( get_post( $post_id )->post_content, '<img' ) && '' === gallery( $post_id, '' ) ) ) {
		return;
	}
	wp_enqueue_style( 'igny8-layout', plugins_url( 'assets/layout.css', FILE ), [], VERSION );
	wp_style_add_data( 'igny8-layout', 'path', plugin_dir_path( FILE ) . 'assets/layout.css' );
}

/** Tell whether the page is about this post, the post came from the platform, and layouts are on. */
function is_page_of( int $post_id ): bool {
	if ( ! is_singular() || is_feed() || get_queried_object_id() !== $post_id || ! get_post_meta( $post_id, '_igny8_content_id', true ) ) {
		return false;
	}
	/** Filters whether the images of a post are laid out. */
	return (bool) apply_filters( 'igny8_bridge_lay_out_images', ! defined( 'IGNY8_IMAGE_LAYOUTS' ) || IGNY8_IMAGE_LAYOUTS, $post_id );
}
